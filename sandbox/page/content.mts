import type { Guide } from './guide.mts';
import type { GatewayView } from './view.mts';

/** How many messages a gateway has, for its tab. */
export type Tab = Pick<Guide, 'gateway' | 'label'> & { count: number };

/** What the page shows. */
export interface PageContent {
	tabs: readonly Tab[];
	/** Of the gateway that is shown. */
	guide: Guide;
	view: GatewayView;
}
