// The systemd unit of an installed agent: restarted when it dies or hangs, and sandboxed.
import { CONFIG_DIR, CONFIG_STATUS, DATA_DIR, PROGRAM_DIR, RENEWED_DIR, UNIT, USER } from './names.ts';

/** Seconds without a sign of life after which systemd kills and restarts the agent. */
const WATCHDOG_SECONDS = 60;
/** Time to enable terminals and send results; the agent itself takes ten seconds at most. */
const STOP_SECONDS = 20;

/** The unit file. @param program the wrapper that the unit runs */
export function unitFile(program = `${PROGRAM_DIR}/bin/${UNIT}`): string {
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

# The agent writes its journal and the certificates that it renews. Its configuration is root's to change.
ProtectSystem=strict
ReadWritePaths=${DATA_DIR} ${RENEWED_DIR}
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
