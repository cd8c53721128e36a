// The branches: how each is connected, and bringing in a new one with the line to paste, until its agent arrives.
import { Button, Modal, Stack, Table, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconPlus } from '@tabler/icons-react';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, read } from '../../api/client.ts';
import { fieldErrors } from '../../api/failure.ts';
import { useChange } from '../../parts/change.ts';
import { FormButtons } from '../../parts/form-modal.tsx';
import { Page } from '../../parts/page.tsx';
import { Pager, usePaging } from '../../parts/pager.tsx';
import { Plain } from '../../parts/plain.tsx';
import { Shown } from '../../parts/shown.tsx';
import { SiteBadge } from '../../parts/state-badge.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import { When } from '../../parts/when.tsx';
import { Wide } from '../../parts/wide.tsx';
import { Enrolment } from './enrolment.tsx';

const LOOK_MS = 3000;
const PAGE = 50;

function sitesQuery(cursor: string | undefined) {
  const query = { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
  return queryOptions({
    queryKey: ['sites', 'list', query],
    queryFn: ({ signal }) => read(api.GET('/sites', { params: { query }, signal })),
    refetchInterval: LOOK_MS,
  });
}

interface NewBranchProps {
  readonly onClose: () => void;
  /** It is there: its line comes next. */
  readonly onMade: (site: string) => void;
}

function NewBranch({ onClose, onMade }: NewBranchProps) {
  const { t } = useTranslation();
  const form = useForm({ mode: 'uncontrolled', initialValues: { site: '', name: '' } });
  const making = useChange({
    call: ({ site, name }: typeof form.values) =>
      read(api.POST('/sites', { body: { site, ...(name.trim() === '' ? {} : { name }) } })),
    affects: [['sites']],
    done: (_answer, { site }) => onMade(site),
    quiet: true,
  });
  const wrong = fieldErrors(making.error);
  return (
    <Modal opened onClose={onClose} title={t('branch.add')}>
      <form onSubmit={form.onSubmit((values) => making.mutate(values))}>
        <Stack>
          {making.isError ? <Trouble error={making.error} /> : null}
          <TextInput
            label={t('branch.id')}
            description={t('branch.idHint')}
            required
            data-autofocus
            autoCapitalize="none"
            key={form.key('site')}
            {...form.getInputProps('site')}
            error={wrong.site}
          />
          <TextInput
            label={t('branch.name')}
            key={form.key('name')}
            {...form.getInputProps('name')}
            error={wrong.name}
          />
          <FormButtons action={t('branch.make')} pending={making.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}

export function Branches() {
  const { t } = useTranslation();
  const [isAdding, setAdding] = useState(false);
  const [enrolling, setEnrolling] = useState<string | null>(null);
  const paging = usePaging('');
  const query = useQuery(sitesQuery(paging.cursor));
  const arriving = query.data?.data.find(({ site }) => site === enrolling);
  return (
    <Page
      title={t('branch.title')}
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
          {t('branch.add')}
        </Button>
      }
    >
      <Shown query={query} isEmpty={({ data }) => data.length === 0} empty={t('branch.none')}>
        {({ data, total, next_cursor }) => (
          <>
            <Wide label={t('branch.title')} minWidth={760}>
              <Table verticalSpacing="xs">
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t('branch.name')}</Table.Th>
                    <Table.Th>{t('branch.state')}</Table.Th>
                    <Table.Th>{t('branch.agent')}</Table.Th>
                    <Table.Th>{t('branch.certificate')}</Table.Th>
                    <Table.Th>{t('branch.seen')}</Table.Th>
                    <Table.Th>
                      <span className="visually-hidden">{t('common.actions')}</span>
                    </Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {data.map(({ site, name, state, agent_version, certificate_ends_at, last_seen }) => (
                    <Table.Tr key={site}>
                      <Table.Td>
                        <Plain text={name} />
                        <Text size="xs" c="dimmed" className="mono">
                          {site}
                        </Text>
                      </Table.Td>
                      <Table.Td>
                        <SiteBadge state={state} />
                      </Table.Td>
                      <Table.Td>{agent_version === null ? '–' : <Plain text={agent_version} />}</Table.Td>
                      <Table.Td>
                        {certificate_ends_at === null ? '–' : <When at={certificate_ends_at} />}
                      </Table.Td>
                      <Table.Td>{last_seen === null ? t('common.never') : <When at={last_seen} />}</Table.Td>
                      <Table.Td>
                        <Button size="xs" variant="default" onClick={() => setEnrolling(site)}>
                          {t('branch.line')}
                        </Button>
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Wide>
            <Pager paging={paging} next={next_cursor} total={total} />
          </>
        )}
      </Shown>
      {isAdding ? (
        <NewBranch
          onClose={() => setAdding(false)}
          onMade={(site) => {
            setAdding(false);
            setEnrolling(site);
          }}
        />
      ) : null}
      {enrolling === null ? null : (
        <Enrolment
          site={enrolling}
          name={arriving?.name ?? enrolling}
          isOnline={arriving?.online ?? false}
          onClose={() => setEnrolling(null)}
        />
      )}
    </Page>
  );
}
