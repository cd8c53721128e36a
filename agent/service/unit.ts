// The systemd units of an installed agent, restarted when it dies or hangs, and of its updater; both are sandboxed.
import { placesOf, REQUEST_FILE } from '../update/places.ts';
import {
  CONFIG_DIR,
  CONFIG_STATUS,
  DATA_DIR,
  PROGRAM_DIR,
  RENEWED_DIR,
  UNIT,
  UPDATER_DIR,
  UPDATER_UNIT,
  USER,
} from './names.ts';

const { current, updater, inbox } = placesOf(PROGRAM_DIR, UPDATER_DIR);

/** Seconds without a sign of life after which systemd kills and restarts the agent. */
const WATCHDOG_SECONDS = 60;
/** Time to enable terminals and send results; the agent itself takes ten seconds at most. */
const STOP_SECONDS = 20;

/** The agent's unit file. @param program the wrapper that the unit runs */
export function unitFile(program = `${current}/bin/${UNIT}`): string {
  return `[Unit]
Description=Sereno: the agent of this branch's ZKTeco terminals
Wants=network-online.target
After=network-online.target time-sync.target
# A branch without a line tries for ever; the agent itself waits longer and longer.
StartLimitIntervalSec=0

[Service]
Type=notify
# Signs of life are sent by systemd-notify, a child of the agent.
NotifyAccess=all
ExecStart=${program} run
Environment=SERENO_CONFIG=${CONFIG_DIR}/agent.yaml
Environment=SERENO_UPDATER=${UPDATER_DIR}
# What agent.yaml names under comm_key_env, where it does.
EnvironmentFile=-${CONFIG_DIR}/environment
User=${USER}
Group=${USER}
Restart=always
RestartSec=1
# agent.yaml is wrong: to try again before somebody has mended it would only fill the log.
RestartPreventExitStatus=${CONFIG_STATUS}
WatchdogSec=${WATCHDOG_SECONDS}
TimeoutStartSec=60
TimeoutStopSec=${STOP_SECONDS}
UMask=0077
MemoryMax=512M

# The agent writes its journal, the certificates that it renews, and what it asks of the updater. Its configuration is root's to change.
ProtectSystem=strict
ReadWritePaths=${DATA_DIR} ${RENEWED_DIR}
ReadWritePaths=-${inbox}
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
LockPersonality=yes
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
SystemCallErrorNumber=EPERM
# MemoryDenyWriteExecute is left out: V8 compiles into memory that it then runs.

[Install]
WantedBy=multi-user.target
`;
}

/**
 * The updater's unit file. It is root's: it writes programs and restarts the agent; of the agent's folders it can write nothing.
 * @param program the wrapper that the unit runs
 */
export function updaterUnitFile(program = `${updater}/bin/${UPDATER_UNIT}`): string {
  return `[Unit]
Description=Sereno: takes updates of the agent, and takes them back
Wants=network-online.target
After=network-online.target

[Service]
# Ends when there is nothing to do; what the machine went down at is gone on with at the next start.
Type=exec
ExecStart=${program} run
# A proxy, where there is one.
EnvironmentFile=-${CONFIG_DIR}/environment
Environment=NODE_USE_ENV_PROXY=1
Restart=on-failure
RestartSec=30
UMask=0022
MemoryMax=384M

ProtectSystem=strict
ReadWritePaths=${PROGRAM_DIR} ${UPDATER_DIR}
ProtectHome=read-only
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
NoNewPrivileges=yes
# The agent's folder, with the socket at which the agent tells how it is, is shut to everybody else.
CapabilityBoundingSet=CAP_DAC_OVERRIDE
LockPersonality=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
`;
}

/** Starts the updater as soon as the agent asks for something. */
export function updaterPathFile(): string {
  return `[Unit]
Description=Sereno: somebody asks for an update of the agent

[Path]
PathExists=${inbox}/${REQUEST_FILE}

[Install]
WantedBy=multi-user.target
`;
}
