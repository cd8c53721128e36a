// One punch at a terminal.
import * as z from 'zod';

export const attendanceSchema = z.object({
  user_id: z.string(),
  /** `YYYY-MM-DDTHH:MM:SS` in the terminal's local time: terminals know no zone. */
  timestamp: z.string(),
  status: z.int().min(0).max(255).meta({
    description:
      'How the person was verified, the number of the terminal. On most: 0 PIN, 1 finger, 2 card, 15 face; others differ by model.',
  }),
  punch: z.int().min(0).max(255).meta({
    description:
      'What the person chose at the terminal, the number of the terminal. On most: 0 in, 1 out, 2 break begins, 3 break ends, 4 overtime in, 5 overtime out; 255 nothing chosen.',
  }),
});
export type Attendance = z.infer<typeof attendanceSchema>;
