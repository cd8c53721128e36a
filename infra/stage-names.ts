// Names at the broker that stacks, functions and commands must agree on.

/** The IoT policy of every agent's certificate. */
export function agentPolicyName(stage: string): string {
  return `sereno-${stage}-agent`;
}

/** The type of every agent's thing. */
export function thingTypeName(stage: string): string {
  return `sereno-${stage}-agent`;
}
