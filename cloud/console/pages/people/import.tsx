// Many people from a CSV file: what each line would change is seen first, and done on the second word.
import { Alert, Badge, Button, Card, FileInput, Group, Stack, Switch, Table, Text } from '@mantine/core';
import { IconFileSpreadsheet } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, read } from '../../api/client.ts';
import { Failure } from '../../api/failure.ts';
import { Page } from '../../parts/page.tsx';
import { Pager, usePaging } from '../../parts/pager.tsx';
import { Plain, plain } from '../../parts/plain.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import { Wide } from '../../parts/wide.tsx';
import { PEOPLE_KEY } from './person-data.ts';

async function sendFile(text: string, dryRun: boolean) {
  return read(
    api.POST('/people/import', {
      params: { query: { dry_run: dryRun } },
      body: text,
      bodySerializer: (body: string) => body,
      headers: { 'content-type': 'text/csv' },
    }),
  );
}
type Imported = Awaited<ReturnType<typeof sendFile>>;
type Line = Imported['data'][number];

const COLOURS: Readonly<Record<Line['action'], string>> = {
  create: 'teal',
  update: 'night',
  unchanged: 'gray',
  failed: 'red',
};
const KNOWN = [
  'user_id',
  'name',
  'password',
  'card',
  'privilege',
  'devices',
  'sites',
  'site_groups',
] as const;
const ROWS = 100;

function useFieldNames(): (fields: readonly string[]) => string {
  const { t } = useTranslation();
  return (fields) =>
    fields
      .map((field) => {
        const known = KNOWN.find((name) => name === field);
        return known === undefined ? plain(field) : t(`people.field.${known}`);
      })
      .join(', ');
}

/** Lines by the hundred: a file has a thousand at most. */
function Lines({ lines }: { readonly lines: readonly Line[] }) {
  const { t } = useTranslation();
  const namesOf = useFieldNames();
  const paging = usePaging(String(lines.length));
  const from = Number(paging.cursor ?? 0);
  const next = from + ROWS < lines.length ? String(from + ROWS) : undefined;
  return (
    <>
      <Wide minWidth={560} label={t('people.importTitle')}>
        <Table verticalSpacing="xs" striped>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('people.line')}</Table.Th>
              <Table.Th>{t('people.id')}</Table.Th>
              <Table.Th>{t('people.does')}</Table.Th>
              <Table.Th>{t('people.fields')}</Table.Th>
              <Table.Th>{t('people.comesTo')}</Table.Th>
              <Table.Th>{t('people.goesFrom')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {lines
              .slice(from, from + ROWS)
              .map(({ line, id, action, fields, devices_added, devices_removed }) => (
                <Table.Tr key={line}>
                  <Table.Td>{line}</Table.Td>
                  <Table.Td>
                    <Plain text={id} />
                  </Table.Td>
                  <Table.Td>
                    <Badge variant="outline" color={COLOURS[action]} c="var(--mantine-color-text)" tt="none">
                      {t(`people.action.${action}`)}
                    </Badge>
                  </Table.Td>
                  <Table.Td>{namesOf(fields)}</Table.Td>
                  <Table.Td>
                    <Plain text={devices_added.join(', ')} />
                  </Table.Td>
                  <Table.Td>
                    <Plain text={devices_removed.join(', ')} />
                  </Table.Td>
                </Table.Tr>
              ))}
          </Table.Tbody>
        </Table>
      </Wide>
      <Pager paging={paging} next={next} total={lines.length} />
    </>
  );
}

function Faults({ error }: { readonly error: Failure }) {
  const { t } = useTranslation();
  return (
    <Stack>
      <Trouble error={error} title={t('people.faults')} />
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('people.place')}</Table.Th>
            <Table.Th>{t('people.problem')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {error.details.map(({ path, message }) => (
            <Table.Tr key={path + message}>
              <Table.Td>
                <Plain text={path} mono />
              </Table.Td>
              <Table.Td>{plain(message)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Stack>
  );
}

/** Lines that could not be written any more when it came to them. */
function Left({ lines }: { readonly lines: readonly Line[] }) {
  const { t } = useTranslation();
  return (
    <Alert color="red" title={t('people.notAll', { count: lines.length })} role="alert">
      <Table>
        <Table.Tbody>
          {lines.map(({ line, id, error = '' }) => (
            <Table.Tr key={line}>
              <Table.Td>{line}</Table.Td>
              <Table.Td>
                <Plain text={id} />
              </Table.Td>
              <Table.Td>{plain(error)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Alert>
  );
}

function Preview({ seen, text }: { readonly seen: Imported; readonly text: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [isShort, setShort] = useState(true);
  const apply = useMutation({
    mutationFn: () => sendFile(text, false),
    onSettled: () => void client.invalidateQueries({ queryKey: PEOPLE_KEY }),
  });
  const changes = seen.data.filter(({ action }) => action !== 'unchanged');
  const { created, updated, unchanged } = seen;
  if (apply.isSuccess) {
    const failed = apply.data.data.filter(({ action }) => action === 'failed');
    if (failed.length > 0) return <Left lines={failed} />;
    return (
      <Alert color="teal" title={t('people.saved')} role="status">
        <Stack align="flex-start" gap="sm">
          <Text size="sm">{t('people.applied')}</Text>
          <Button component={Link} to="/people" size="xs">
            {t('people.toPeople')}
          </Button>
        </Stack>
      </Alert>
    );
  }
  return (
    <Stack>
      <Group justify="space-between">
        <div role="status">
          <Text fw={600}>{t('people.counts', { created, updated, unchanged })}</Text>
          <Text size="sm" c="dimmed">
            {changes.length === 0 ? t('people.nothingToDo') : t('people.dryRun')}
          </Text>
        </div>
        <Group>
          <Switch
            label={t('people.onlyChanges')}
            checked={isShort}
            onChange={({ currentTarget }) => setShort(currentTarget.checked)}
          />
          {changes.length === 0 ? null : (
            <Button onClick={() => apply.mutate()} loading={apply.isPending}>
              {t('people.apply', { count: changes.length })}
            </Button>
          )}
        </Group>
      </Group>
      {apply.isError ? <Trouble error={apply.error} /> : null}
      <Lines lines={isShort ? changes : seen.data} />
    </Stack>
  );
}

export function ImportPeople() {
  const { t } = useTranslation();
  const [file, setFile] = useState<File | null>(null);
  const look = useMutation({
    mutationFn: async (given: File) => {
      const text = await given.text();
      return { text, seen: await sendFile(text, true) };
    },
  });
  const choose = (given: File | null) => {
    setFile(given);
    look.reset();
    if (given !== null) look.mutate(given);
  };
  const { error } = look;
  return (
    <Page title={t('people.importTitle')} lead={t('people.importLead')}>
      <Card withBorder>
        <FileInput
          label={t('people.file')}
          placeholder={t('people.chooseFile')}
          leftSection={<IconFileSpreadsheet size={16} />}
          accept="text/csv,.csv"
          value={file}
          onChange={choose}
          clearable
          clearButtonProps={{ 'aria-label': t('common.remove') }}
        />
      </Card>
      {look.isPending ? <Text role="status">{t('people.checking')}</Text> : null}
      {error instanceof Failure && error.details.length > 0 ? (
        <Faults error={error} />
      ) : error === null ? null : (
        <Trouble error={error} />
      )}
      {look.data === undefined ? null : <Preview key={look.submittedAt} {...look.data} />}
    </Page>
  );
}
