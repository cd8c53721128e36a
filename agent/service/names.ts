// Where an installed agent lives, as the FHS has it.

export const UNIT = 'sereno-agent';
export const UNIT_FILE = `/etc/systemd/system/${UNIT}.service`;
/** The user that the agent runs as. */
export const USER = 'sereno';
export const PROGRAM_DIR = '/opt/sereno';
/** Where the one version was before there were several side by side. */
export const FORMER_PROGRAM_DIR = '/opt/sereno-agent';
export const PROGRAM_LINK = '/usr/local/bin/sereno-agent';
export const CONFIG_DIR = '/etc/sereno';
/** Where the agent keeps the certificates that it renews; `RENEWED_FOLDER` beside agent.yaml. */
export const RENEWED_DIR = `${CONFIG_DIR}/certificates`;
export const DATA_DIR = '/var/lib/sereno';
/** Exit status that says: agent.yaml must be changed before a further start can succeed (EX_CONFIG of sysexits). */
export const CONFIG_STATUS = 78;

/** The unit that takes updates; it runs as root, apart from the agent. */
export const UPDATER_UNIT = 'sereno-updater';
export const UPDATER_UNIT_FILE = `/etc/systemd/system/${UPDATER_UNIT}.service`;
/** Starts the updater when something is asked for. */
export const UPDATER_PATH_FILE = `/etc/systemd/system/${UPDATER_UNIT}.path`;
export const UPDATER_LINK = `/usr/local/bin/${UPDATER_UNIT}`;
/** What the updater remembers; the agent may read it. */
export const UPDATER_DIR = '/var/lib/sereno-updater';
/** The key that packages must be signed with. Not in the agent's folder: whoever owns that could pin another. */
export const UPDATE_KEY = '/etc/sereno-updater/update.pub';
/** The public key in a package that was signed. */
export const PACKAGED_KEY = 'update.pub';
