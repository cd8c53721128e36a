// What nobody may read in the table: PIN and card of a person, sealed for that person's row alone.
import * as z from 'zod';
import type { UserFields } from '../../shared/domain/user.ts';
import type { SecretBox } from '../seal.ts';
import type { PersonRow } from './rows.ts';

const secretsSchema = z.strictObject({ password: z.string().optional(), card: z.number().optional() });
export type Secrets = z.infer<typeof secretsSchema>;

function placeOf(id: string): string[] {
  return ['person', id];
}

/** Null where there is nothing to seal. */
export async function sealed(
  box: SecretBox,
  tenant: string,
  id: string,
  { password, card }: Secrets,
): Promise<PersonRow['secrets']> {
  if (password === undefined && card === undefined) return null;
  return new Uint8Array(await box.seal(tenant, placeOf(id), Buffer.from(JSON.stringify({ password, card }))));
}

export async function opened(
  box: SecretBox,
  { tenant, id, secrets }: Pick<PersonRow, 'tenant' | 'id' | 'secrets'>,
): Promise<Secrets> {
  if (secrets === null) return {};
  const text = Buffer.from(await box.open(tenant, placeOf(id), secrets)).toString('utf8');
  return secretsSchema.parse(JSON.parse(text));
}

/** The fields that a terminal is to hold of somebody. */
export async function fieldsOf(box: SecretBox, person: PersonRow): Promise<UserFields> {
  const { name, privilege } = person;
  const { password, card } = await opened(box, person);
  return {
    name,
    ...(privilege === null ? {} : { privilege }),
    ...(password === undefined ? {} : { password }),
    ...(card === undefined ? {} : { card }),
  };
}
