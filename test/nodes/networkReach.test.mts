import { hostOf, reachOf, type Reach } from '../../nodes/MessageSchedulerTrigger/networkReach';

describe('from where an address can be reached', () => {
	it.each<[address: string, reach: Reach | null]>([
		['http://localhost:5678/webhook/1', 'machine'],
		['http://LOCALHOST:5678', 'machine'],
		['http://localhost.:5678/', 'machine'],
		['http://n8n.localhost/', 'machine'],
		['localhost:5678', 'machine'],
		['127.0.0.1', 'machine'],
		['http://127.255.255.254/', 'machine'],
		['http://127.1/', 'machine'],
		['http://0x7f000001/', 'machine'],
		['http://0.0.0.0:5678/', 'machine'],
		['[::1]:5678', 'machine'],
		['http://[0:0:0:0:0:0:0:1]/', 'machine'],
		['http://[::]:5678/', 'machine'],
		['http://[::ffff:127.0.0.1]/', 'machine'],
		['http://[::ffff:127.0.1.1]/', 'machine'],
		['http://[::ffff:0.0.0.0]/', 'machine'],
		['http://user:word@localhost:5678/', 'machine'],

		['http://10.0.0.7:3000', 'network'],
		['http://172.16.0.1', 'network'],
		['http://172.31.255.255', 'network'],
		['http://192.168.1.20:3000', 'network'],
		['http://169.254.1.1', 'network'],
		['http://100.64.0.1', 'network'],
		['http://100.127.0.1', 'network'],
		['http://[fd12:3456::1]:3000', 'network'],
		['http://[FE80::1]', 'network'],
		['http://[::ffff:10.0.0.1]', 'network'],
		['http://chatwhatsapp:3000', 'network'],
		['http://host.docker.internal:3000', 'network'],
		['http://Host.Docker.Internal.:3000', 'network'],
		['http://nas.local', 'network'],
		['http://gateway.home.arpa', 'network'],
		['http://gateway.lan', 'network'],
		['http://gateway.localdomain', 'network'],
		['http://gateway.test', 'network'],
		['http://10.255.255.255', 'network'],
		['http://192.168.255.255', 'network'],
		['http://[fc00::1]', 'network'],
		['http://[fdff:ffff::1]', 'network'],
		['http://[febf::1]', 'network'],
		['  http://10.0.0.7  ', 'network'],

		['https://gate.whapi.cloud', 'internet'],
		['https://n8n.example.com.', 'internet'],
		['https://localhost.example.com', 'internet'],
		['https://notlocalhost', 'network'],
		['https://internal.example.com', 'internet'],
		['https://126.255.255.255', 'internet'],
		['https://128.0.0.1', 'internet'],
		['https://172.15.0.1', 'internet'],
		['https://172.32.0.1', 'internet'],
		['https://192.169.0.1', 'internet'],
		['https://100.63.0.1', 'internet'],
		['https://100.128.0.1', 'internet'],
		['https://11.0.0.1', 'internet'],
		['https://[2001:db8::1]', 'internet'],
		['https://[::ffff:8.8.8.8]', 'internet'],
		// A name whose first part looks like an address.
		['https://10.0.0.1.example.com', 'internet'],
		['https://169.253.0.1', 'internet'],
		['https://169.255.0.1', 'internet'],
		['https://192.167.0.1', 'internet'],
		// Only the prefix makes an address private.
		['https://[2001:fd12::1]', 'internet'],
		['https://[2001:db8::ffff:7f00:1]', 'internet'],
		['https://[::ffff:7f00:1:5]', 'internet'],
		// Not link-local, and not unique local either.
		['https://[fec0::1]', 'internet'],

		['', null],
		['   ', null],
		['http://', null],
		['http://[::1', null],
		['not an address', null],
	])('%s: %s', (address, reach) => {
		expect(reachOf(address)).toBe(reach);
	});

	it('tells the host without port, name and password', () => {
		expect(hostOf('http://user:word@LocalHost.:5678/webhook')).toBe('localhost');
		expect(hostOf('http://[0:0::1]:5678/')).toBe('[::1]');
	});
});
