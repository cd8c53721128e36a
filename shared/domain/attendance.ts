// One punch at a terminal.
import * as z from 'zod';

export const attendanceSchema = z.object({
  user_id: z.string(),
  /** `YYYY-MM-DDTHH:MM:SS` in the terminal's local time: terminals know no zone. */
  timestamp: z.string(),
  /** How the person was verified (finger, PIN, card …), the terminal's own number. */
  status: z.int().min(0).max(255),
  /** In, out, break …, the terminal's own number. */
  punch: z.int().min(0).max(255),
});
export type Attendance = z.infer<typeof attendanceSchema>;
