// Where an installed agent lives, as the FHS has it.

export const UNIT = 'sereno-agent';
export const UNIT_FILE = `/etc/systemd/system/${UNIT}.service`;
/** The user that the agent runs as. */
export const USER = 'sereno';
export const PROGRAM_DIR = '/opt/sereno-agent';
export const PROGRAM_LINK = '/usr/local/bin/sereno-agent';
export const CONFIG_DIR = '/etc/sereno';
/** Where the agent keeps the certificates that it renews; `RENEWED_FOLDER` beside agent.yaml. */
export const RENEWED_DIR = `${CONFIG_DIR}/certificates`;
export const DATA_DIR = '/var/lib/sereno';
/** Exit status that says: agent.yaml must be changed before a further start can succeed (EX_CONFIG of sysexits). */
export const CONFIG_STATUS = 78;
