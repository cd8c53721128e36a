// Groups of branches, as far as people hang on them.
import type { SpreadPorts } from './ports.ts';
import type { GroupRow } from './rows.ts';

const ROWS_PER_READ = 500;

async function isUsed({ people }: Pick<SpreadPorts, 'people'>, { tenant, id }: GroupRow): Promise<boolean> {
  let after: string | undefined;
  do {
    const page = await people.page(tenant, ROWS_PER_READ, after);
    if (page.people.some(({ groups }) => groups.includes(id))) return true;
    after = page.next;
  } while (after !== undefined);
  return false;
}

/**
 * Removes a group that nobody uses. Whoever is put into it at this very moment is taken out of it again: his places are looked at anew once his
 * row is written.
 */
export async function removeGroup(
  ports: Pick<SpreadPorts, 'people'>,
  row: GroupRow,
): Promise<'removed' | 'in use' | 'changed'> {
  if (await isUsed(ports, row)) return 'in use';
  return (await ports.people.removeGroup(row)) ? 'removed' : 'changed';
}
