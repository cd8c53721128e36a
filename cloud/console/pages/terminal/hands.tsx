// Two hands to point at: each finger is a choice with its name, and shows whether it is enrolled.
import { Group, Radio, Stack, Text, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';

export const FINGERS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] as const;
export type Finger = (typeof FINGERS)[number];

/** From the left edge of the screen to the right: the left hand, seen from its back, then the right. */
const LEFT: readonly Finger[] = [9, 8, 7, 6, 5];
const RIGHT: readonly Finger[] = [0, 1, 2, 3, 4];
/** How long a finger is drawn: thumb to little finger. */
const LENGTHS = [34, 62, 70, 64, 48] as const;

export function useFingerName(): (finger: Finger) => string {
  const { t } = useTranslation();
  return (finger) => t(`terminal.finger.names.f${finger}`);
}

interface HandProps {
  readonly word: string;
  readonly fingers: readonly Finger[];
  readonly enrolled: readonly number[];
  readonly picked: Finger | null;
}

function Hand({ word, fingers, enrolled, picked }: HandProps) {
  const { t } = useTranslation();
  const nameOf = useFingerName();
  return (
    <Stack gap={4} align="center">
      <Group gap={6} align="flex-end" wrap="nowrap">
        {fingers.map((finger) => {
          const isThere = enrolled.includes(finger);
          const name = isThere ? `${nameOf(finger)}, ${t('terminal.finger.enrolled')}` : nameOf(finger);
          return (
            <Tooltip key={finger} label={name}>
              <Radio.Card
                value={String(finger)}
                aria-label={name}
                w={{ base: 26, xs: 36 }}
                h={LENGTHS[finger % 5]}
                radius="xl"
                {...(isThere ? { bg: 'teal.7' } : {})}
                style={{
                  outline: finger === picked ? '3px solid var(--mantine-color-night-5)' : undefined,
                  outlineOffset: 2,
                }}
              />
            </Tooltip>
          );
        })}
      </Group>
      <Text size="xs" c="dimmed">
        {word}
      </Text>
    </Stack>
  );
}

export interface HandsProps {
  readonly enrolled: readonly number[];
  readonly picked: Finger | null;
  readonly onPick: (finger: Finger) => void;
  readonly disabled: boolean;
}

export function Hands({ enrolled, picked, onPick, disabled }: HandsProps) {
  const { t } = useTranslation();
  return (
    <Radio.Group
      aria-label={t('terminal.finger.pick')}
      value={picked === null ? null : String(picked)}
      onChange={(text) => {
        const finger = FINGERS.find((each) => String(each) === text);
        if (finger !== undefined && !disabled) onPick(finger);
      }}
    >
      <Group justify="center" gap="xl">
        <Hand word={t('terminal.finger.left')} fingers={LEFT} enrolled={enrolled} picked={picked} />
        <Hand word={t('terminal.finger.right')} fingers={RIGHT} enrolled={enrolled} picked={picked} />
      </Group>
    </Radio.Group>
  );
}
