// A look for terminals, from the click to what was found: begun, followed with its progress, and over.
import { useMutation, useQuery } from '@tanstack/react-query';
import { api, isAccepted, read } from '../../api/client.ts';
import type { components, paths } from '../../api/contract.d.ts';
import { Failure } from '../../api/failure.ts';
import { isSettled, type Operation } from '../../parts/change.ts';

export type Found = components['schemas']['FoundTerminal'];
export type Discovered =
  paths['/sites/{site}/discover']['post']['responses']['200']['content']['application/json'];

const LOOK_MS = 700;

export interface Asked {
  readonly subnet?: string;
  readonly port?: number;
}

export interface Discovery {
  readonly begin: (asked: Asked) => void;
  readonly isRunning: boolean;
  readonly progress: Operation['progress'];
  readonly found: Discovered | null;
  readonly error: Error | null;
}

/** What an operation that is over has come to. */
function resultOf({ state, result, error }: Operation): Discovered | Failure {
  if (state === 'succeeded' && result !== undefined) return result as Discovered;
  return new Failure(500, error ?? { code: state });
}

export function useDiscovery(site: string): Discovery {
  const asking = useMutation({
    mutationFn: async (asked: Asked): Promise<string> => {
      const body = await read(
        api.POST('/sites/{site}/discover', {
          params: { path: { site }, query: asked },
          // How far it is can be shown only while nobody waits for it.
          headers: { prefer: 'respond-async' },
        }),
      );
      if (isAccepted(body)) return body.operation_id;
      throw new Failure(0, { code: 'unexpected' });
    },
  });
  const id = asking.data;
  const following = useQuery({
    queryKey: ['operations', 'discovery', id],
    queryFn: async ({ signal }) => {
      const params = { path: { id: id ?? '' } };
      return (await read(api.GET('/operations/{id}', { params, signal }))).data;
    },
    enabled: id !== undefined,
    gcTime: 0,
    refetchInterval: ({ state: { data } }) => (data !== undefined && isSettled(data) ? false : LOOK_MS),
  });
  const operation = id === undefined ? undefined : following.data;
  const isOver = operation !== undefined && isSettled(operation);
  const result = isOver ? resultOf(operation) : null;
  return {
    begin: (asked) => asking.mutate(asked),
    isRunning: asking.isPending || (id !== undefined && !isOver && following.error === null),
    progress: operation?.progress,
    found: result instanceof Failure ? null : result,
    error: asking.error ?? following.error ?? (result instanceof Failure ? result : null),
  };
}
