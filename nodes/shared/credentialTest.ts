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

/** A person waits for the result. */
const TIMEOUT_MS = 10_000;

/** Tests a credential at its gateway, and returns a sentence that says what is wrong. */
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
			// No retry: a person waits, and can test again.
			{ policy: { maxAttempts: 1, baseDelayMs: 0, maxDelayMs: 0 } },
		);
		const { ready, message } = await gateway.testCredential(connection);
		return { status: ready ? 'OK' : 'Error', message };
	} catch (error) {
		return { status: 'Error', message: sentenceOf(error) };
	}
}

/** n8n offers a credential test only its older request helper, without authentication. */
function testSender(
	helpers: ICredentialTestFunctions['helpers'],
	gateway: Gateway,
	credential: Credential,
): SendRequest {
	return async (unsent) => {
		const request = gateway.authenticate(credential, unsent);
		const { method, url, headers, query, body = request.encodedBody } = request;
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
			({ statusCode, headers: responseHeaders, body: responseBody }) => ({
				status: statusCode,
				headers: responseHeaders,
				body: responseBody,
			}),
			parseNetworkError,
		);
	};
}

/** The text of a foreign error is not shown: it may contain a token. */
const sentenceOf = (error: unknown): string =>
	error instanceof GatewayError || error instanceof InvalidParameterError
		? textOf(error)
		: 'The test could not run. Save the credential and open it again.';
