/**
 * From where a URL can be reached, as far as its host shows. No name is resolved, since only the network
 * knows the result.
 */
export type Reach =
	/** This machine only: `localhost`, 127.0.0.0/8, ::1, and the unspecified addresses. */
	| 'machine'
	/** A private network: RFC 1918, RFC 4193, link-local, shared (RFC 6598), or a name without a public domain. */
	| 'network'
	/** Perhaps the internet. */
	| 'internet';

/** Domains that public DNS does not have: RFC 6761, RFC 6762, RFC 8375, ICANN's `internal`, and routers' `lan`. */
const PRIVATE_DOMAINS = ['internal', 'local', 'lan', 'home.arpa', 'localdomain', 'test'];

/** IPv4 blocks of private networks: the leading octets, and the range of the next one. */
const PRIVATE_IPV4: ReadonlyArray<readonly [first: number, from: number, to: number]> = [
	[10, 0, 255],
	[100, 64, 127],
	[169, 254, 254],
	[172, 16, 31],
	[192, 168, 168],
];

/**
 * From where a URL can be reached.
 *
 * @param address a URL, with or without its scheme, such as `[::1]:5678`
 * @returns null if it is not a URL
 */
export function reachOf(address: string): Reach | null {
	const host = hostOf(address);
	if (host === null) return null;
	if (host.startsWith('[')) return reachOfIPv6(host.slice(1, -1));
	// The parser has turned every other form of an IPv4 address (127.1, 0x7f000001) into this one.
	if (/^\d+\.\d+\.\d+\.\d+$/.test(host)) return reachOfIPv4(host.split('.').map(Number));
	if (host === 'localhost' || host.endsWith('.localhost')) return 'machine';
	// A bare name, such as that of a container in a Docker network.
	if (!host.includes('.')) return 'network';
	return PRIVATE_DOMAINS.some((domain) => host.endsWith(`.${domain}`)) ? 'network' : 'internet';
}

/** The host in lower case, an IPv6 address in brackets, without a trailing dot; null if there is none. */
export function hostOf(address: string): string | null {
	const trimmed = address.trim();
	const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`;
	if (!URL.canParse(url)) return null;
	return new URL(url).hostname.toLowerCase().replace(/\.$/, '') || null;
}

function reachOfIPv4([first, second]: readonly number[]): Reach {
	if (first === 127 || first === 0) return 'machine';
	const isPrivate = PRIVATE_IPV4.some(
		([block, from, to]) => first === block && second >= from && second <= to,
	);
	return isPrivate ? 'network' : 'internet';
}

/** @param address as `URL` serializes it: lower case, the longest run of zeros as `::`, no dotted part */
function reachOfIPv6(address: string): Reach {
	if (address === '::1' || address === '::') return 'machine';
	// An IPv4 address in an IPv6 one: ::ffff:127.0.0.1 is written as ::ffff:7f00:1.
	const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address);
	if (mapped !== null) {
		const high = Number.parseInt(mapped[1], 16);
		return reachOfIPv4([high >> 8, high & 0xff]);
	}
	// fc00::/7 and fe80::/10.
	return /^(f[cd][0-9a-f]{2}|fe[89ab][0-9a-f]):/.test(address) ? 'network' : 'internet';
}
