// Filters that several lists have: by a terminal, by a branch, and a button that takes all of them back.
import { Button, Select } from '@mantine/core';
import { IconFilterOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { deviceChoices, siteChoices, useDevices, useSites } from './places.ts';

interface ChoiceProps {
  /** Undefined: all. */
  readonly value: string | undefined;
  readonly onChange: (value: string | null) => void;
}

export function DeviceFilter({ value, onChange }: ChoiceProps) {
  const { t } = useTranslation();
  const devices = useDevices();
  return (
    <Select
      label={t('filter.terminal')}
      placeholder={t('filter.all')}
      data={deviceChoices(devices.data ?? [])}
      value={value ?? null}
      onChange={onChange}
      searchable
      clearable
      flex="1 1 11rem"
    />
  );
}

export function SiteFilter({ value, onChange }: ChoiceProps) {
  const { t } = useTranslation();
  const sites = useSites();
  return (
    <Select
      label={t('filter.branch')}
      placeholder={t('filter.allBranches')}
      data={siteChoices(sites.data ?? [])}
      value={value ?? null}
      onChange={onChange}
      searchable
      clearable
      flex="1 1 10rem"
    />
  );
}

export function ClearFilters({ onClear }: { readonly onClear: () => void }) {
  const { t } = useTranslation();
  return (
    <Button variant="subtle" leftSection={<IconFilterOff size={16} />} onClick={onClear}>
      {t('filter.clear')}
    </Button>
  );
}
