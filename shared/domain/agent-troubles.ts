// What can be wrong with the agent of a branch while it is connected.
export const AGENT_TROUBLES = ['clock', 'disk', 'certificate'] as const;
export type AgentTrouble = (typeof AGENT_TROUBLES)[number];
