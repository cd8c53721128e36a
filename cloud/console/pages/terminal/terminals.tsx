// All terminals that one sees, with their states.
import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type DeviceState, devicesQuery } from '../../api/fleet.ts';
import { DeviceTable } from '../../parts/device-table.tsx';
import { Page } from '../../parts/page.tsx';
import { Pager, usePaging } from '../../parts/pager.tsx';
import { Shown } from '../../parts/shown.tsx';

const STATES = ['online', 'offline', 'refused', 'swapped', 'busy', 'unknown'] as const;

export function Terminals() {
  const { t } = useTranslation();
  const [state, setState] = useState<DeviceState | ''>('');
  const paging = usePaging(state);
  const query = useQuery(devicesQuery(state === '' ? {} : { state }, paging.cursor));
  return (
    <Page
      title={t('terminal.title')}
      actions={
        <NativeSelect
          aria-label={t('terminal.state')}
          value={state}
          onChange={({ currentTarget }) =>
            setState(STATES.find((each) => each === currentTarget.value) ?? '')
          }
          data={[
            { value: '', label: t('terminal.all') },
            ...STATES.map((value) => ({ value, label: t(`common.device.${value}`) })),
          ]}
        />
      }
    >
      <Shown query={query} isEmpty={({ data }) => data.length === 0} empty={t('terminal.none')}>
        {({ data, total, next_cursor }) => (
          <>
            <DeviceTable devices={data} />
            <Pager paging={paging} next={next_cursor} total={total} />
          </>
        )}
      </Shown>
    </Page>
  );
}
