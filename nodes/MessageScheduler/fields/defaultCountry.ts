import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { countries, countryLabel, findCountry, type Country } from '../../../messages/country';
import { InvalidParameterError } from '../../../messages/invalidParameterError';
import { readOption } from './common';

/** Whose national numbers *Recipient* takes. */
export const defaultCountryOption: INodeProperties = {
	displayName: 'Default Country',
	name: 'defaultCountry',
	type: 'options',
	options: [
		{ name: 'None', value: '' },
		...countries.map((country) => ({ name: countryLabel(country), value: country.id })),
	],
	default: '',
	description:
		'Country of recipients that are written without country code: with Germany, 0151 2345678 becomes +491512345678. Numbers with + or 00 stay as they are.',
};

/**
 * The country that one item asks for, by its ISO code in any case; null for none.
 *
 * @throws InvalidParameterError naming *Default Country*
 */
export function readDefaultCountry(context: IExecuteFunctions, index: number): Country | null {
	const value = readOption(context, index, 'defaultCountry') ?? '';
	if (value === '') return null;
	const country = typeof value === 'string' ? findCountry(value) : null;
	if (country !== null) return country;
	throw new InvalidParameterError(
		'Default Country',
		`"Default Country" is "${String(value).slice(0, 40)}". Choose a country from the list, or give its ISO code of two letters, e.g. DE.`,
	);
}
