// A change, from the click to what is known of it: done, failed with the API's sentence, or on its way and then settled. The one
// hook for everything that ends in an operation.
import { notifications } from '@mantine/notifications';
import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type Accepted, api, isAccepted, read } from '../api/client.ts';
import type { components } from '../api/contract.d.ts';
import { Failure } from '../api/failure.ts';
import { plain } from './plain.tsx';
import { useSentence } from './trouble.tsx';

export type Operation = components['schemas']['Operation'];

const POLL_MS = 1000;
const SETTLED: readonly Operation['state'][] = ['succeeded', 'failed', 'expired', 'cancelled'];

export function isSettled({ state }: Pick<Operation, 'state'>): boolean {
  return SETTLED.includes(state);
}

/** Asks until it is known what became of an operation; a broken line is waited out. */
export async function settled(id: string): Promise<Operation> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    try {
      const { data } = await read(api.GET('/operations/{id}', { params: { path: { id } } }));
      if (isSettled(data)) return data;
    } catch (error) {
      if (error instanceof Failure && (error.status === 401 || error.status === 404)) throw error;
    }
  }
}

/** What an operation has come to, as the 200 would have told it. @throws Failure */
async function outcomeOf(id: string): Promise<unknown> {
  const { state, result, error } = await settled(id);
  if (state === 'succeeded' && result !== undefined) return { success: true, ...result };
  throw new Failure(500, error ?? { code: state });
}

/** The body of a 200; where a terminal takes longer, of its operation once that is over. @throws Failure */
export async function readSettled<T extends object>(
  calling: Promise<{ readonly data?: T; readonly error?: unknown; readonly response: Response }>,
): Promise<Exclude<T, Accepted>> {
  const body = await read(calling);
  return (isAccepted(body) ? await outcomeOf(body.operation_id) : body) as Exclude<T, Accepted>;
}

interface Answered {
  readonly success: true;
  readonly message?: string;
  readonly operation_id?: string;
}

export interface ChangeOptions<V, A> {
  /** Makes the call; `read(api.POST(…))` as a rule. */
  readonly call: (values: V) => Promise<A>;
  /** What is to be asked for again once it is done. */
  readonly affects: readonly QueryKey[];
  /** Called with a 200, before what it affects is asked for again. */
  readonly done?: (answer: A, values: V) => void;
  /** Called with a 202: the form may close, the notice goes on telling. */
  readonly onWay?: (values: V) => void;
  /** Failures are shown where the form is, not as a notice. */
  readonly quiet?: boolean;
}

function sentence({ result, error, state }: Operation, words: (state: Operation['state']) => string): string {
  const message = (result as { message?: unknown } | undefined)?.message;
  return plain(error?.error ?? (typeof message === 'string' ? message : words(state)));
}

/** `change.mutate(values)` makes the change and says what came of it. */
export function useChange<V, A extends Answered | object>(options: ChangeOptions<V, A>) {
  const client = useQueryClient();
  const { t } = useTranslation();
  const sentenceOf = useSentence();
  const refresh = () => {
    for (const queryKey of options.affects) void client.invalidateQueries({ queryKey });
    void client.invalidateQueries({ queryKey: ['operations'] });
  };
  const follow = async (id: string) => {
    notifications.show({
      id,
      loading: true,
      autoClose: false,
      title: t('common.onItsWay'),
      message: t('common.onItsWayMore'),
    });
    const operation = await settled(id).catch((error: unknown) => {
      notifications.update({
        id,
        loading: false,
        color: 'orange',
        title: t('common.state.unknown'),
        message: sentenceOf(error),
      });
      return null;
    });
    if (operation === null) return;
    const isDone = operation.state === 'succeeded';
    notifications.update({
      id,
      loading: false,
      color: isDone ? 'teal' : 'red',
      autoClose: isDone ? 6000 : false,
      title: t(`common.state.${operation.state}`),
      message: sentence(operation, (state) => t(`common.state.${state}`)),
    });
    refresh();
  };
  return useMutation({
    mutationFn: options.call,
    onSuccess: (answer, values) => {
      if (isAccepted(answer)) {
        options.onWay?.(values);
        void follow(answer.operation_id);
        return;
      }
      options.done?.(answer, values);
      const { message } = answer as Answered;
      notifications.show({
        color: 'teal',
        message: message === undefined ? t('common.done') : plain(message),
      });
      refresh();
    },
    onError: (error) => {
      // What is not known to have failed may have been done.
      refresh();
      if (options.quiet !== true) {
        notifications.show({
          color: 'red',
          autoClose: false,
          title: t('common.failed'),
          message: sentenceOf(error),
        });
      }
    },
  });
}
