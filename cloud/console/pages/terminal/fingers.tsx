// The fingers of a user: a hand to point at, and the enrolment as it goes on at the terminal.
import { Alert, Button, Group, Modal, Stack, Stepper, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, read } from '../../api/client.ts';
import type { Device, User } from '../../api/fleet.ts';
import { useMay } from '../../app/session.tsx';
import { isSettled, type Operation, readSettled, useChange } from '../../parts/change.ts';
import { plain } from '../../parts/plain.tsx';
import { Shown } from '../../parts/shown.tsx';
import { type Finger, Hands, useFingerName } from './hands.tsx';

const LOOK_MS = 500;
const STEPS = [1, 2, 3] as const;
const SAMPLES = STEPS.length;

/** An enrolment under way, looked at until it is over. */
function useEnrolment(id: string | null) {
  return useQuery({
    queryKey: ['operations', 'one', id],
    enabled: id !== null,
    queryFn: async ({ signal }): Promise<Operation> => {
      const path = { id: id ?? '' };
      return (await read(api.GET('/operations/{id}', { params: { path }, signal }))).data;
    },
    refetchInterval: ({ state: { data } }) => (data !== undefined && isSettled(data) ? false : LOOK_MS),
  });
}

/** How many good samples the terminal has. */
function samplesOf({ progress, state }: Operation): number {
  if (state === 'succeeded') return SAMPLES;
  return progress?.step === 'sample' ? (progress.done ?? 0) : 0;
}

function Enrolling({ operation, stop }: { readonly operation: Operation; readonly stop: () => void }) {
  const { t } = useTranslation();
  const samples = samplesOf(operation);
  const isOver = isSettled(operation);
  const says = () => {
    if (operation.state === 'succeeded') return t('terminal.finger.done');
    if (operation.error !== undefined) return plain(operation.error.error);
    if (isOver) return t(`common.state.${operation.state}`);
    return samples === 0 ? t('terminal.finger.waiting') : t('terminal.finger.again');
  };
  const colour = operation.state === 'succeeded' ? 'teal' : isOver ? 'red' : 'night';
  return (
    <Stack gap="sm">
      <Stepper active={samples} size="xs" allowNextStepsSelect={false} color="teal">
        {STEPS.map((step) => (
          <Stepper.Step
            key={step}
            label={t('terminal.finger.sample', { done: step, total: SAMPLES })}
            loading={!isOver && step === samples + 1}
          />
        ))}
      </Stepper>
      <Alert
        color={colour}
        role={isOver && operation.state !== 'succeeded' ? 'alert' : 'status'}
        aria-live="polite"
      >
        {says()}
      </Alert>
      {isOver ? null : (
        <Button variant="default" onClick={stop}>
          {t('terminal.finger.stop')}
        </Button>
      )}
    </Stack>
  );
}

export interface FingersProps {
  readonly device: Device;
  readonly user: User;
  readonly onClose: () => void;
}

export function Fingers({ device, user, onClose }: FingersProps) {
  const { t } = useTranslation();
  const may = useMay();
  const client = useQueryClient();
  const nameOf = useFingerName();
  const [picked, setPicked] = useState<Finger | null>(null);
  const [operationId, setOperationId] = useState<string | null>(null);
  const path = { device_id: device.id, user_id: user.user_id };
  const key = ['devices', device.id, 'users', user.user_id, 'fingers'];
  const fingers = useQuery({
    queryKey: key,
    queryFn: ({ signal }) =>
      readSettled(
        api.GET('/devices/{device_id}/users/{user_id}/fingerprints', {
          params: { path, query: { uid: user.uid } },
          signal,
        }),
      ),
  });
  const enrolled = fingers.data?.data.map(({ finger_index }) => finger_index) ?? [];
  const starting = useChange({
    call: (finger: Finger) =>
      read(
        api.POST('/devices/{device_id}/users/{user_id}/enroll-finger', {
          params: { path },
          body: { finger_index: finger, replace: enrolled.includes(finger) },
        }),
      ),
    affects: [],
    done: ({ operation_id }) => setOperationId(operation_id),
  });
  const stopping = useChange({
    call: (id: string) => read(api.DELETE('/operations/{id}', { params: { path: { id } } })),
    affects: [],
  });
  const { data: operation } = useEnrolment(operationId);
  const isOver = operation !== undefined && isSettled(operation);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is made anew each time and stays the same.
  useEffect(() => {
    if (isOver) void client.invalidateQueries({ queryKey: key });
  }, [isOver, client]);
  const isBusy = operationId !== null && !isOver;
  const again = picked !== null && enrolled.includes(picked);
  return (
    <Modal opened onClose={onClose} size="lg" title={t('terminal.finger.title', { name: plain(user.name) })}>
      <Shown query={fingers}>
        {() => (
          <Stack>
            <Text size="sm">{t('terminal.finger.pick')}</Text>
            <Hands
              enrolled={enrolled}
              picked={picked}
              onPick={setPicked}
              disabled={isBusy || !may('users:write')}
            />
            {picked === null || isBusy || !may('users:write') ? null : (
              <Group>
                <Button loading={starting.isPending} onClick={() => starting.mutate(picked)}>
                  {t(again ? 'terminal.finger.replace' : 'terminal.finger.start', { finger: nameOf(picked) })}
                </Button>
                {again ? <Text size="sm">{t('terminal.finger.replaceWhat')}</Text> : null}
              </Group>
            )}
            {operation === undefined ? null : (
              <Enrolling
                operation={operation}
                stop={() => operationId !== null && stopping.mutate(operationId)}
              />
            )}
          </Stack>
        )}
      </Shown>
    </Modal>
  );
}
