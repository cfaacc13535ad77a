/** Where the page's own requests go. */
export const PAGE_PATH = '/_sandbox/page';
