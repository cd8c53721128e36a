// A list of operators, groups, roles or tokens: its rows, a button that makes one more, and what can be done to each.
import { Button, Group, Stack, Table } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { plain } from '../../parts/plain.tsx';
import { Shown } from '../../parts/shown.tsx';
import { Wide } from '../../parts/wide.tsx';
import { Remove, type RemoveProps } from './remove.tsx';

/** What each of these lists is told. */
export interface ListProps {
  /** May change all of it. */
  readonly isSuper: boolean;
  /** Id of who is signed in. */
  readonly own: string;
}

/** A form that opens over the page. */
export interface FormProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

interface RowsProps<T> {
  readonly query: UseQueryResult<T[]>;
  readonly label: string;
  readonly minWidth: number;
  readonly idOf: (row: T) => string;
  readonly columns: readonly { readonly head: string; readonly cell: (row: T) => ReactNode }[];
  /** Rows can be made and changed. */
  readonly mayChange: boolean;
  /** On the button that opens the form of a new one. */
  readonly add: string;
  readonly form: (props: FormProps) => ReactNode;
  readonly actions: (row: T) => ReactNode;
}

export function List<T>({
  query,
  label,
  minWidth,
  idOf,
  columns,
  mayChange,
  add,
  form,
  actions,
}: RowsProps<T>) {
  const { t } = useTranslation();
  const [isAdding, { open, close }] = useDisclosure();
  return (
    <Stack>
      {mayChange ? (
        <Group>
          <Button onClick={open}>{add}</Button>
        </Group>
      ) : null}
      <Shown query={query} isEmpty={(all) => all.length === 0} empty={t('operators.none')}>
        {(all) => (
          <Wide minWidth={minWidth} label={label}>
            <Table verticalSpacing="xs">
              <Table.Thead>
                <Table.Tr>
                  {columns.map(({ head }) => (
                    <Table.Th key={head}>{head}</Table.Th>
                  ))}
                  {mayChange ? <Table.Th>{t('common.actions')}</Table.Th> : null}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {all.map((row) => (
                  <Table.Tr key={idOf(row)}>
                    {columns.map(({ head, cell }) => (
                      <Table.Td key={head}>{cell(row)}</Table.Td>
                    ))}
                    {mayChange ? <Table.Td>{actions(row)}</Table.Td> : null}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Wide>
        )}
      </Shown>
      <Fresh key={String(isAdding)} form={form} opened={isAdding} onClose={close} />
    </Stack>
  );
}

/** Begins anew whenever its key changes, so that a form shows what is true now. */
function Fresh({ form, ...props }: FormProps & { readonly form: (props: FormProps) => ReactNode }) {
  return form(props);
}

interface EditProps {
  readonly name: string;
  readonly form: (props: FormProps) => ReactNode;
  /** Null: it cannot be removed. */
  readonly remove: Pick<RemoveProps, 'method' | 'id' | 'will'> | null;
}

/** What can be done to a row: it is changed in a form, or removed. */
export function Edit({ name, form, remove }: EditProps) {
  const { t } = useTranslation();
  const [isEditing, { open, close }] = useDisclosure();
  return (
    <Group gap="xs" wrap="nowrap">
      <Button
        size="compact-sm"
        variant="default"
        onClick={open}
        aria-label={t('operators.editTitle', { name: plain(name) })}
      >
        {t('operators.edit')}
      </Button>
      {remove === null ? null : <Remove name={name} {...remove} />}
      <Fresh key={String(isEditing)} form={form} opened={isEditing} onClose={close} />
    </Group>
  );
}
