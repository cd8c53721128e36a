// Who is behind a subject of the audit log: an operator by name, anybody else as the log has it.
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { components } from '../../api/contract.d.ts';
import { rpc } from '../../api/rpc.ts';
import { plain } from '../../parts/plain.tsx';

type User = Pick<components['schemas']['RpcUser'], 'userid' | 'username'>;

const STALE_MS = 60_000;
const OPERATOR = 'operator:';

/** Operators as far as one sees them. */
export function useOperators() {
  return useQuery({
    queryKey: ['operators', 'names'],
    queryFn: () => rpc<User[]>('user.get', { output: ['userid', 'username'] }),
    staleTime: STALE_MS,
  });
}

/** The subject that a name stands for. */
export function subjectOf(name: string, operators: readonly User[]): string {
  const operator = operators.find(({ username }) => username === name);
  return operator === undefined ? name : OPERATOR + operator.userid;
}

export function useWho(): (subject: string) => string {
  const { t } = useTranslation();
  const users = useOperators();
  const names = new Map(users.data?.map(({ userid, username }) => [userid, username]));
  return (subject) => {
    if (subject === 'unknown') return t('story.nobodyKnown');
    if (!subject.startsWith(OPERATOR)) return plain(subject);
    const id = subject.slice(OPERATOR.length);
    return plain(names.get(id) ?? t('story.operator', { name: id }));
  };
}
