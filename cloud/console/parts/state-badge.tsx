// States of terminals, branches and operations: a colour with its word, never a colour alone.
import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { components } from '../api/contract.d.ts';

type DeviceState = components['schemas']['Device']['state'];
type SiteState = components['schemas']['Site']['state'];
export type OperationState = components['schemas']['Operation']['state'];

export const DEVICE_COLOURS: Readonly<Record<DeviceState, string>> = {
  online: 'teal',
  offline: 'red',
  refused: 'red',
  swapped: 'orange',
  busy: 'night',
  unknown: 'gray',
};
export const SITE_COLOURS: Readonly<Record<SiteState, string>> = {
  online: 'teal',
  offline: 'red',
  unknown: 'gray',
};
const OPERATION_COLOURS: Readonly<Record<OperationState, string>> = {
  accepted: 'night',
  running: 'night',
  succeeded: 'teal',
  failed: 'red',
  expired: 'orange',
  cancelled: 'gray',
  unknown: 'orange',
};

export function Coloured({ color, children }: { readonly color: string; readonly children: string }) {
  return (
    <Badge
      variant="outline"
      color={color}
      tt="none"
      miw="max-content"
      fw={600}
      c="var(--mantine-color-text)"
      leftSection={<Dot color={color} />}
    >
      {children}
    </Badge>
  );
}

export function Dot({ color }: { readonly color: string }) {
  return (
    <svg width="8" height="8" aria-hidden="true">
      <circle cx="4" cy="4" r="4" fill={`var(--mantine-color-${color}-6)`} />
    </svg>
  );
}

export function DeviceBadge({ state }: { readonly state: DeviceState }) {
  const { t } = useTranslation();
  return <Coloured color={DEVICE_COLOURS[state]}>{t(`common.device.${state}`)}</Coloured>;
}

export function SiteBadge({ state }: { readonly state: SiteState }) {
  const { t } = useTranslation();
  return <Coloured color={SITE_COLOURS[state]}>{t(`common.site.${state}`)}</Coloured>;
}

export function OperationBadge({ state }: { readonly state: OperationState }) {
  const { t } = useTranslation();
  return <Coloured color={OPERATION_COLOURS[state]}>{t(`common.state.${state}`)}</Coloured>;
}
