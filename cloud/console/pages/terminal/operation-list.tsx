// What was done on a terminal, the newest first; what has not begun can be called off.
import { ActionIcon, Progress, Table, Text } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, read } from '../../api/client.ts';
import { type Operation, operationsQuery } from '../../api/fleet.ts';
import { ActionsHead } from '../../parts/actions-head.tsx';
import { isSettled, useChange } from '../../parts/change.ts';
import { Go } from '../../parts/go.tsx';
import { Pager, usePaging } from '../../parts/pager.tsx';
import { Plain, plain } from '../../parts/plain.tsx';
import { Shown } from '../../parts/shown.tsx';
import { OperationBadge } from '../../parts/state-badge.tsx';
import { useOpName } from '../../parts/use-op-name.ts';
import { When } from '../../parts/when.tsx';
import { Wide } from '../../parts/wide.tsx';

const PAGE = 50;

function Row({
  operation,
  cancel,
}: {
  readonly operation: Operation;
  readonly cancel: (id: string) => void;
}) {
  const { t } = useTranslation();
  const nameOf = useOpName();
  const { id, op, state, user_id, created_at, error, progress } = operation;
  return (
    <Table.Tr>
      <Table.Td>
        <Go to="/operations/$operation" params={{ operation: id }} size="sm">
          {nameOf(op)}
        </Go>
      </Table.Td>
      <Table.Td>{user_id === undefined ? null : <Plain text={user_id} mono />}</Table.Td>
      <Table.Td>
        <OperationBadge state={state} />
        {error === undefined ? null : (
          <Text size="xs">
            <Plain text={error.error} />
          </Text>
        )}
        {isSettled(operation) || progress === undefined ? null : (
          <>
            <Text size="xs">{plain(progress.stage)}</Text>
            {progress.total === undefined ? null : (
              <Progress
                value={(100 * (progress.done ?? 0)) / Math.max(1, progress.total)}
                aria-label={plain(progress.stage)}
              />
            )}
          </>
        )}
      </Table.Td>
      <Table.Td>
        <When at={created_at} />
      </Table.Td>
      <Table.Td>
        {state === 'accepted' || (op === 'finger.enroll' && !isSettled(operation)) ? (
          <ActionIcon
            variant="subtle"
            color="red"
            aria-label={t('terminal.op.cancel')}
            onClick={() => cancel(id)}
          >
            <IconX size={16} />
          </ActionIcon>
        ) : null}
      </Table.Td>
    </Table.Tr>
  );
}

export function OperationList({ device }: { readonly device: string }) {
  const { t } = useTranslation();
  const paging = usePaging(device);
  const query = useQuery(operationsQuery({ device }, PAGE, paging.cursor));
  const cancelling = useChange({
    call: (id: string) => read(api.DELETE('/operations/{id}', { params: { path: { id } } })),
    affects: [['operations']],
  });
  return (
    <Shown query={query} isEmpty={({ data }) => data.length === 0} empty={t('terminal.op.none')}>
      {({ data, next_cursor }) => (
        <>
          <Wide label={t('terminal.tabOperations')} minWidth={560}>
            <Table verticalSpacing="xs">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('terminal.op.what')}</Table.Th>
                  <Table.Th>{t('terminal.op.who')}</Table.Th>
                  <Table.Th>{t('terminal.state')}</Table.Th>
                  <Table.Th>{t('terminal.op.when')}</Table.Th>
                  <ActionsHead />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {data.map((operation) => (
                  <Row key={operation.id} operation={operation} cancel={cancelling.mutate} />
                ))}
              </Table.Tbody>
            </Table>
          </Wide>
          <Pager paging={paging} next={next_cursor} />
        </>
      )}
    </Shown>
  );
}
