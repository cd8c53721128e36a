// All terminals that one sees, with their states.
import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { DEVICE_STATES } from '../../../../shared/domain/device-states.ts';
import { devicesQuery } from '../../api/fleet.ts';
import { DeviceTable } from '../../parts/device-table.tsx';
import { Page } from '../../parts/page.tsx';
import { Pager, usePaging } from '../../parts/pager.tsx';
import { Shown } from '../../parts/shown.tsx';

export function Terminals() {
  const { t } = useTranslation();
  const { state: given } = useSearch({ from: '/terminals' });
  const go = useNavigate({ from: '/terminals' });
  const state = DEVICE_STATES.find((each) => each === given);
  const paging = usePaging(state ?? '');
  const query = useQuery(devicesQuery(state === undefined ? {} : { state }, paging.cursor));
  return (
    <Page
      title={t('terminal.title')}
      actions={
        <NativeSelect
          aria-label={t('terminal.state')}
          value={state ?? ''}
          onChange={({ currentTarget: { value } }) =>
            void go({ search: value === '' ? {} : { state: value }, replace: true })
          }
          data={[
            { value: '', label: t('terminal.all') },
            ...DEVICE_STATES.map((value) => ({ value, label: t(`common.device.${value}`) })),
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
