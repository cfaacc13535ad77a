import Ajv from 'ajv';
import type { PreparedRequest } from '../transport/request';
import schemas from './fixtures/requests.schema.json';

const ajv = new Ajv({ strict: false });

/** What a request has beyond what the vendor documents; a body, or else the query. */
export function undocumented({ method, url, query, body }: PreparedRequest): unknown {
	const path = new URL(url).pathname.split('/').at(-1);
	const schema = schemas[`${method} /${path}` as keyof typeof schemas] as object | undefined;
	if (schema === undefined) return `${method} ${url}`;
	return ajv.validate(schema, body ?? query) ? [] : ajv.errors;
}
