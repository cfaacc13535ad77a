import {
	sleep,
	type ICredentialsDecrypted,
	type ICredentialTestFunctions,
	type INodeCredentialTestResult,
} from 'n8n-workflow';
import type { Credential, Gateway } from '../../gateways/gateway';
import { gatewayOf } from '../../gateways/registry';
import { connect } from '../../gateways/transport/connection';
import { GatewayError, textOf } from '../../gateways/transport/gatewayError';
import type { SendRequest } from '../../gateways/transport/request';
import { InvalidParameterError } from '../../messages/invalidParameterError';
import { parseNetworkError } from './transport';

/** A person waits for the answer. */
const TIMEOUT_MS = 10_000;

/** Tests a credential by asking its gateway, and says in words what is wrong. */
export async function messageGatewayApiTest(
	this: ICredentialTestFunctions,
	{ data }: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	try {
		const credential: Credential = data ?? {};
		const gateway = gatewayOf(credential);
		const connection = connect(
			gateway,
			credential,
			{
				send: testSender(this.helpers, gateway, credential),
				now: () => Date.now(),
				random: () => Math.random(),
				sleep,
			},
			// A rate limit or a restart shows at once; a person tests again.
			{ policy: { maxAttempts: 1, baseDelayMs: 0, maxDelayMs: 0 } },
		);
		const { ready, message } = await gateway.testCredential(connection);
		return { status: ready ? 'OK' : 'Error', message };
	} catch (error) {
		return { status: 'Error', message: sentenceOf(error) };
	}
}

/** n8n gives a credential test only its older request helper, without authentication. */
function testSender(
	helpers: ICredentialTestFunctions['helpers'],
	gateway: Gateway,
	credential: Credential,
): SendRequest {
	return async (unsent) => {
		const { method, url, headers, query, body } = gateway.authenticate(credential, unsent);
		const options = {
			method,
			uri: url,
			headers: { Accept: 'application/json', ...headers },
			qs: query,
			...(body === undefined ? {} : { body }),
			json: true,
			resolveWithFullResponse: true,
			simple: false,
			followRedirect: false,
			timeout: TIMEOUT_MS,
		};
		return await helpers.request(options).then(
			({ statusCode, headers: answered, body: answer }) => ({
				status: statusCode,
				headers: answered,
				body: answer,
			}),
			parseNetworkError,
		);
	};
}

/** Of an error that is not ours nothing is told: its words may hold a token. */
const sentenceOf = (error: unknown): string =>
	error instanceof GatewayError || error instanceof InvalidParameterError
		? textOf(error)
		: 'The test could not be run. Save the credential and open it again.';
