// One page of a long list after the other, by the API's cursors.
import { Button, Group, Text } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

export interface Paging {
  /** Of the page that is shown; undefined for the first. */
  readonly cursor: string | undefined;
  readonly page: number;
  readonly forward: (next: string) => void;
  readonly back: () => void;
}

/** Begins again at the first page whenever `about` (filters, the terminal) changes. */
export function usePaging(about: string): Paging {
  const [state, setState] = useState<{ about: string; cursors: readonly string[] }>({ about, cursors: [] });
  const cursors = state.about === about ? state.cursors : [];
  return {
    cursor: cursors.at(-1),
    page: cursors.length + 1,
    forward: (next) => setState({ about, cursors: [...cursors, next] }),
    back: () => setState({ about, cursors: cursors.slice(0, -1) }),
  };
}

export interface PagerProps {
  readonly paging: Paging;
  readonly next: string | undefined;
  readonly total?: number | undefined;
}

export function Pager({ paging, next, total }: PagerProps) {
  const { t } = useTranslation();
  if (paging.page === 1 && next === undefined && total === undefined) return null;
  return (
    <Group justify="space-between">
      <Text size="sm" c="dimmed">
        {total === undefined ? '' : t('common.total', { count: total })}
      </Text>
      {paging.page === 1 && next === undefined ? null : (
        <Group gap="xs">
          <Button
            size="xs"
            variant="default"
            leftSection={<IconChevronLeft size={14} />}
            disabled={paging.page === 1}
            onClick={paging.back}
          >
            {t('common.previous')}
          </Button>
          <Text size="sm">{t('common.page', { page: paging.page })}</Text>
          <Button
            size="xs"
            variant="default"
            rightSection={<IconChevronRight size={14} />}
            disabled={next === undefined}
            onClick={() => next !== undefined && paging.forward(next)}
          >
            {t('common.next')}
          </Button>
        </Group>
      )}
    </Group>
  );
}
