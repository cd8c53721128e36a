// Another terminal answers in the place of this one: what that means, and the word that it is the new one, told before it is given.
import { Alert, Button, Stack, Text } from '@mantine/core';
import { IconArrowsExchange } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, read } from '../../api/client.ts';
import type { Device } from '../../api/fleet.ts';
import { useMay } from '../../app/session.tsx';
import { useChange } from '../../parts/change.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { plain } from '../../parts/plain.tsx';

export function Replaced({ device }: { readonly device: Device }) {
  const { t } = useTranslation();
  const may = useMay();
  const [isAsking, setIsAsking] = useState(false);
  const close = () => setIsAsking(false);
  const accepting = useChange({
    call: (serial: string) =>
      read(
        api.PUT('/devices/{device_id}', {
          params: { path: { device_id: device.id } },
          body: { accept_serial: serial },
        }),
      ),
    affects: [['devices']],
    done: close,
    onWay: close,
  });
  const { serial_found: serial } = device;
  if (device.state !== 'swapped' || serial === undefined) return null;
  const found = plain(serial);
  const name = plain(device.name);
  return (
    <Alert
      color="orange"
      styles={{ title: { color: 'var(--mantine-color-text)' } }}
      icon={<IconArrowsExchange />}
      title={t('device.swapped.title')}
      role="alert"
    >
      <Stack gap="xs" align="flex-start">
        <Text size="sm">
          {t('device.swapped.what', { expected: plain(device.serial ?? t('common.unknown')), found })}
        </Text>
        {may('devices:write') ? (
          <Button size="xs" variant="default" onClick={() => setIsAsking(true)}>
            {t('device.swapped.accept')}
          </Button>
        ) : null}
      </Stack>
      <Confirm
        opened={isAsking}
        title={t('device.swapped.acceptTitle', { found })}
        action={t('device.swapped.doAccept')}
        pending={accepting.isPending}
        onClose={close}
        onConfirm={() => accepting.mutate(serial)}
      >
        <Stack gap="xs">
          <Text size="sm">{t('device.swapped.does', { name, found })}</Text>
          <Text size="sm" fw={600}>
            {t('device.swapped.unless', { address: plain(`${device.ip}:${device.port}`) })}
          </Text>
          <Text size="sm">{t('device.swapped.back')}</Text>
        </Stack>
      </Confirm>
    </Alert>
  );
}
