// Operators, groups, roles and tokens as the pages ask for them and change them: over JSON-RPC, as scripts do.
import { notifications } from '@mantine/notifications';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { components } from '../../api/contract.d.ts';
import { rpc } from '../../api/rpc.ts';

type Rows = components['schemas'];
type Named = Pick<Rows['RpcGroup'], 'usrgrpid' | 'name'>;
export type User = Rows['RpcUser'] & {
  readonly usrgrps?: readonly Named[];
  /** An empty list where there is none. */
  readonly role?: Pick<Rows['RpcRole'], 'roleid' | 'name' | 'type'> | readonly never[];
};
export type Group = Rows['RpcGroup'] & { readonly users: readonly Pick<User, 'userid' | 'username'>[] };
export type Role = Rows['RpcRole'] & {
  readonly rules: Rows['RpcRoleRules'];
  readonly users: readonly Pick<User, 'userid' | 'username'>[];
};
export type Token = Rows['RpcToken'];

export const OPERATORS_KEY = ['operators'] as const;
const NAMES = ['userid', 'username'];

export const usersQuery = queryOptions({
  queryKey: [...OPERATORS_KEY, 'users'],
  queryFn: () =>
    rpc<User[]>('user.get', {
      output: 'extend',
      selectUsrgrps: ['usrgrpid', 'name'],
      selectRole: ['roleid', 'name', 'type'],
      sortfield: 'username',
    }),
});
export const groupsQuery = queryOptions({
  queryKey: [...OPERATORS_KEY, 'groups'],
  queryFn: () => rpc<Group[]>('usergroup.get', { output: 'extend', selectUsers: NAMES, sortfield: 'name' }),
});
export const rolesQuery = queryOptions({
  queryKey: [...OPERATORS_KEY, 'roles'],
  queryFn: () =>
    rpc<Role[]>('role.get', {
      output: 'extend',
      selectRules: 'extend',
      selectUsers: NAMES,
      sortfield: 'name',
    }),
});
export const tokensQuery = queryOptions({
  queryKey: [...OPERATORS_KEY, 'tokens'],
  queryFn: () => rpc<Token[]>('token.get', { output: 'extend', sortfield: 'name' }),
});

/** A change over JSON-RPC: each is one transaction, and known as soon as it is answered. */
export function useRpcChange<V, A = unknown>(
  call: (values: V) => Promise<A>,
  done: (answer: A) => void = () => undefined,
) {
  const client = useQueryClient();
  const { t } = useTranslation();
  return useMutation({
    mutationFn: call,
    onSuccess: (answer) => {
      done(answer);
      notifications.show({ color: 'teal', message: t('operators.saved') });
    },
    onSettled: () => void client.invalidateQueries({ queryKey: OPERATORS_KEY }),
  });
}
