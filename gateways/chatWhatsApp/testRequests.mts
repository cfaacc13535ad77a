import Ajv from 'ajv';
import type { PreparedRequest } from '../transport/request';
import schemas from './fixtures/requests.schema.json';
import { SESSION } from '../../test/gateways/transport/surroundings.mts';

const ajv = new Ajv({ strict: false });

/** What a body has beyond what the vendor documents, or lacks of it. */
export function undocumented({ method, url, body }: PreparedRequest): unknown {
	const path = new URL(url).pathname.replace(SESSION, '{id}');
	const schema = schemas[`${method} ${path}` as keyof typeof schemas] as object | undefined;
	if (schema === undefined) return `${method} ${path}`;
	return ajv.validate(schema, body) ? [] : ajv.errors;
}
