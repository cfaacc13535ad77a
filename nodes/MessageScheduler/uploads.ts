import type { IExecuteFunctions } from 'n8n-workflow';
import { withUpload } from '../../gateways/templateFiles';
import { AdaptiveLimiter } from '../../gateways/transport/adaptiveLimiter';
import { unsupported } from '../../gateways/transport/gatewayError';
import { assertTakesFile } from '../../gateways/uploadChecks';
import type { MessageType, OutgoingMessage } from '../../messages/message';
import type { ConnectedGateway } from '../shared/connectToGateway';
import { openInputFile, type InputFile } from '../shared/inputFile';

/** As many files at once: each is read from n8n's storage, or is in memory, while it goes out. */
const MAX_PARALLEL_UPLOADS = 2;

/** The files that one run of the node hands over to its gateway. */
export class Uploads {
	private readonly limiter: AdaptiveLimiter;

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly link: ConnectedGateway,
	) {
		this.limiter = new AdaptiveLimiter(MAX_PARALLEL_UPLOADS, link.runtime);
	}

	/**
	 * Does something with a message once its file is uploaded, or, where it goes along with the message, is
	 * ready to be read. Without a file: at once.
	 *
	 * @throws InvalidParameterError naming *Input Binary Field*; GatewayError. Then nothing was sent
	 */
	async ready<M extends OutgoingMessage, T>(
		message: M,
		file: InputFile | null,
		then: (message: M) => Promise<T>,
	): Promise<T> {
		if (file === null) return await then(message);
		return await this.limiter.run(async () => await then(await this.withFile(message, file)));
	}

	/**
	 * Checks the size of a file that only n8n's storage knows.
	 *
	 * @throws InvalidParameterError naming *Input Binary Field*
	 */
	async verify(type: MessageType, file: InputFile | null): Promise<void> {
		if (file === null || file.bytes !== null) return;
		assertTakesFile(this.link.gateway, type, await openInputFile(this.context, file));
	}

	private async withFile<M extends OutgoingMessage>(message: M, found: InputFile): Promise<M> {
		const { gateway, connection } = this.link;
		const file = await openInputFile(this.context, found);
		if (gateway.capabilities.uploads?.goes === 'withMessage') return { ...message, file };
		if (gateway.upload === undefined) {
			throw unsupported(`${gateway.label} documents no way to send a file from n8n`);
		}
		const { mediaId, fileName } = await gateway.upload(connection, { ...message, file });
		const template = withUpload(gateway, message.template, file, mediaId);
		return { ...message, mediaId, fileName: fileName ?? message.fileName, template };
	}
}
