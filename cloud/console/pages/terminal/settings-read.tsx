// The settings of a terminal for who may not change them, or not here: agent.yaml has them.
import { Alert, Card, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Facts } from '../../parts/facts.tsx';
import { Plain } from '../../parts/plain.tsx';
import { DIALECT_NAMES, type Settings } from './settings-data.ts';

export function SettingsRead({ settings }: { readonly settings: Settings }) {
  const { t } = useTranslation();
  const { name, timezone, ip, port, has_password, timeout, transport, encoding, locks } = settings;
  const { roster, drift, dialect } = settings;
  const shown = (value: number | boolean) =>
    typeof value === 'boolean' ? t(value ? 'common.yes' : 'common.no') : String(value);
  const stated = DIALECT_NAMES.flatMap((key) => {
    const value = dialect[key];
    return value === undefined ? [] : [[t(`device.settings.dialectOf.${key}`), shown(value)] as const];
  });
  return (
    <Stack>
      {settings.source === 'file' ? <Alert color="gray">{t('device.settings.fromFile')}</Alert> : null}
      <Card withBorder>
        <Facts
          rows={[
            [t('device.settings.name'), <Plain key="name" text={name} />],
            [t('device.settings.timezone'), timezone],
            [t('device.settings.ip'), <Plain key="ip" text={ip} mono />],
            [t('device.settings.port'), String(port)],
            [t('device.settings.password'), t(has_password ? 'common.yes' : 'common.no')],
            [t('device.settings.timeout'), String(timeout)],
            [t('device.settings.transport'), transport.toUpperCase()],
            [t('device.settings.encoding'), encoding.toUpperCase()],
            [t('device.settings.locks'), String(locks)],
            [t('device.settings.roster'), t(`device.settings.rosterOf.${roster}`)],
            [t('device.settings.drift'), t(`device.settings.driftOf.${drift}`)],
            ...stated,
          ]}
        />
      </Card>
    </Stack>
  );
}
