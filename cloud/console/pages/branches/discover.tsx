// Terminals on the network of a branch: its agent looks for them, and what it finds is added from here.
import { Button, Group, Modal, Progress, Stack, Table, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Failure, fieldErrors } from '../../api/failure.ts';
import type { Site } from '../../api/fleet.ts';
import { ActionsHead } from '../../parts/actions-head.tsx';
import { Go } from '../../parts/go.tsx';
import { Plain } from '../../parts/plain.tsx';
import { Empty } from '../../parts/shown.tsx';
import { Coloured } from '../../parts/state-badge.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import { Wide } from '../../parts/wide.tsx';
import { AddTerminal, type TerminalSeen } from './add-terminal.tsx';
import { type Asked, type Discovered, type Found, useDiscovery } from './use-discovery.ts';

const COLOURS: Readonly<Record<Found['kind'], string>> = {
  terminal: 'teal',
  asks_key: 'night',
  declines: 'orange',
  hangs_up: 'gray',
  silent: 'gray',
};

function placeOf({ ip, port }: { readonly ip: string; readonly port: number | string }): string {
  return `${ip}:${port}`;
}

interface RowsProps {
  readonly found: readonly Found[];
  /** Added from here, by address. */
  readonly added: ReadonlyMap<string, string>;
  readonly onAdd: (found: Found) => void;
}

function Rows({ found, added, onAdd }: RowsProps) {
  const { t } = useTranslation();
  return (
    <Wide label={t('branch.discovered')} minWidth={340}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('terminal.address')}</Table.Th>
            <Table.Th>{t('branch.foundWhat')}</Table.Th>
            <ActionsHead />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {found.map((each) => {
            const place = placeOf(each);
            const id = each.device_id ?? added.get(place);
            const mayBeAdded = each.kind !== 'silent' && each.kind !== 'hangs_up';
            return (
              <Table.Tr key={place}>
                <Table.Td style={{ whiteSpace: 'nowrap' }}>
                  <Plain text={place} mono />
                  <Text size="xs" c="dimmed">
                    {each.serial === null ? null : <Plain text={each.serial} mono />}
                    {each.transport === 'udp' ? ' UDP' : null}
                  </Text>
                </Table.Td>
                <Table.Td>
                  <Coloured color={COLOURS[each.kind]}>{t(`branch.foundKind.${each.kind}`)}</Coloured>
                  <Text size="xs" c="dimmed">
                    {each.kind === 'terminal' ? (
                      <Plain text={`${each.device_name ?? ''} ${each.platform ?? ''}`} />
                    ) : (
                      t(`branch.foundMore.${each.kind}`)
                    )}
                  </Text>
                </Table.Td>
                <Table.Td>
                  {id !== undefined ? (
                    <Go to="/terminals/$device" params={{ device: id }} size="sm">
                      {t('branch.isThere', { id })}
                    </Go>
                  ) : mayBeAdded ? (
                    <Button
                      size="xs"
                      variant="default"
                      aria-label={t('branch.addFound', { place })}
                      onClick={() => onAdd(each)}
                    >
                      {t('branch.addShort')}
                    </Button>
                  ) : null}
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Wide>
  );
}

function Over({ found, ...rows }: { readonly found: Discovered } & Omit<RowsProps, 'found'>) {
  const { t } = useTranslation();
  const { networks, addresses, asked, data } = found;
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed" role="status">
        {networks.length === 0
          ? t('branch.noNetwork')
          : t('branch.looked', { count: data.length, asked, networks: networks.join(', ') })}
        {asked < addresses ? ` ${t('branch.lookedPart', { left: addresses - asked })}` : ''}
      </Text>
      {data.length === 0 ? <Empty>{t('branch.foundNone')}</Empty> : <Rows found={data} {...rows} />}
    </Stack>
  );
}

export interface DiscoverProps {
  readonly site: Site;
  readonly onClose: () => void;
}

export function Discover({ site: { site }, onClose }: DiscoverProps) {
  const { t } = useTranslation();
  const { begin, isRunning, progress, found, error } = useDiscovery(site);
  const [adding, setAdding] = useState<TerminalSeen | null>(null);
  const [added, setAdded] = useState<ReadonlyMap<string, string>>(new Map());
  const form = useForm({ initialValues: { subnet: '', port: '' } });
  const wrong = fieldErrors(error);
  const ask = ({ subnet, port }: typeof form.values) => {
    const asked = { subnet: subnet.trim(), port: port.trim() };
    begin(Object.fromEntries(Object.entries(asked).filter(([, text]) => text !== '')) as Asked);
  };
  const { done = 0, total = 0 } = progress ?? {};
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={t('branch.discover')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Stack>
        <Text size="sm">{t('branch.discoverHow')}</Text>
        <form onSubmit={form.onSubmit(ask)} noValidate>
          <Group align="flex-start">
            <TextInput
              label={t('branch.subnet')}
              placeholder={t('branch.subnetAll')}
              flex="1 1 12rem"
              {...form.getInputProps('subnet')}
              error={wrong.subnet}
            />
            <TextInput
              label={t('device.settings.port')}
              placeholder="4370"
              inputMode="numeric"
              w="7rem"
              {...form.getInputProps('port')}
              error={wrong.port}
            />
            <Button
              type="submit"
              mt={25}
              leftSection={<IconSearch size={16} />}
              loading={isRunning}
              data-autofocus
            >
              {t('branch.look')}
            </Button>
          </Group>
        </form>
        {error === null || (error instanceof Failure && Object.keys(wrong).length > 0) ? null : (
          <Trouble error={error} />
        )}
        {isRunning ? (
          <Stack gap={4} role="status">
            <Text size="sm">
              {total === 0 ? t('branch.looking') : t('branch.lookingAt', { done, total })}
            </Text>
            <Progress
              value={total === 0 ? 0 : (100 * done) / total}
              animated
              aria-label={t('branch.looking')}
            />
          </Stack>
        ) : found === null ? null : (
          <Over
            found={found}
            added={added}
            onAdd={({ ip, port, transport }) =>
              setAdding({ id: '', name: '', ip, port: String(port), transport })
            }
          />
        )}
      </Stack>
      {adding === null ? null : (
        <AddTerminal
          site={site}
          seen={adding}
          onAdded={(id) => setAdded((before) => new Map([...before, [placeOf(adding), id]]))}
          onClose={() => setAdding(null)}
        />
      )}
    </Modal>
  );
}
