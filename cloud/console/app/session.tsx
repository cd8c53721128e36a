// Who is signed in, for every page; and what that person may do.
import { Center, Loader } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Scope } from '../../../shared/api/scopes.ts';
import { onSignedOut } from '../api/client.ts';
import { type ConsoleSession, signIn, signOut, whoIsIn } from '../api/session.ts';
import { Trouble } from '../parts/trouble.tsx';

interface SessionHeld {
  readonly session: ConsoleSession | null;
  /** The session ended by itself. */
  readonly ended: boolean;
  enter(username: string, password: string): Promise<void>;
  leave(): Promise<void>;
}

const Held = createContext<SessionHeld | null>(null);
const KEY = ['session'];

export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const client = useQueryClient();
  const { t } = useTranslation();
  const [ended, setEnded] = useState(false);
  const query = useQuery({ queryKey: KEY, queryFn: whoIsIn, staleTime: Number.POSITIVE_INFINITY });
  useEffect(
    () =>
      onSignedOut(() => {
        setEnded(true);
        client.setQueryData(KEY, null);
      }),
    [client],
  );
  const held = useMemo(
    (): SessionHeld => ({
      session: query.data ?? null,
      ended,
      async enter(username, password) {
        const session = await signIn(username, password);
        // What somebody else has seen is nothing for who comes now.
        client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== KEY[0] });
        setEnded(false);
        client.setQueryData(KEY, session);
      },
      async leave() {
        await signOut();
        client.setQueryData(KEY, null);
        client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== KEY[0] });
      },
    }),
    [client, query.data, ended],
  );
  if (query.isPending) {
    return (
      <Center h="100dvh">
        <Loader aria-label={t('common.loading')} />
      </Center>
    );
  }
  if (query.isError) {
    return (
      <Center h="100dvh" p="md">
        <Trouble error={query.error} retry={() => void query.refetch()} />
      </Center>
    );
  }
  return <Held value={held}>{children}</Held>;
}

export function useSession(): SessionHeld {
  const held = useContext(Held);
  if (held === null) throw new Error('useSession is for what is inside SessionProvider');
  return held;
}

/** May who is signed in do what needs this scope? What is not shown is refused by the server all the same. */
export function useMay(): (scope: Scope) => boolean {
  const { session } = useSession();
  return (scope) => session?.scopes.includes(scope) ?? false;
}
