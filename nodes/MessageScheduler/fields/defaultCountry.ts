import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { countries, countryLabel, findCountry, type Country } from '../../../messages/country';
import { InvalidParameterError } from '../../../messages/invalidParameterError';
import { readOption } from './common';
import { quote } from '../../../messages/text';

/** The country whose national numbers *Recipient* accepts. */
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
		'Country of recipients without country code: with Germany, 0151 2345678 becomes +491512345678. Numbers with + or 00 stay unchanged.',
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
		`"Default Country" is ${quote(value)}. Choose a country from the list, or enter its two-letter ISO code, e.g. DE.`,
	);
}
