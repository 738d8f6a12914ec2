/** The definition as written: optional fields and shorthands. Nothing after `resolve` looks at it. */
export interface LabFile {
  readonly name?: string | undefined;
  readonly summary?: string | undefined;
  readonly takes?: string | undefined;
  readonly networks?: Readonly<Record<string, NetworkFile | null>> | undefined;
  readonly peers?: Readonly<Record<string, PeerFile>> | undefined;
  readonly machines: Readonly<Record<string, MachineFile>>;
  readonly checks?: readonly CheckFile[] | undefined;
}

export interface NetworkFile {
  readonly subnet?: string | undefined;
  readonly mtu?: number | undefined;
}

export interface PeerFile {
  readonly network: string;
  readonly address?: string | undefined;
}

export interface MachineFile {
  readonly image?: string | undefined;
  readonly cpus?: number | undefined;
  readonly memory?: string | undefined;
  readonly kernelArguments?: readonly string[] | undefined;
  readonly nics?: Readonly<Record<string, NicFile>> | undefined;
}

export interface NicFile {
  readonly model?: string | undefined;
  readonly backend: BackendFile;
  readonly mac?: string | undefined;
  readonly mtu?: number | undefined;
  readonly vfs?: number | readonly FunctionFile[] | undefined;
}

export interface FunctionFile {
  readonly mac?: string | undefined;
  readonly mtu?: number | undefined;
  readonly backend?: BackendFile | undefined;
}

export type BackendFile = 'user' | { readonly user: Record<string, never> | null } | { readonly tap: string };

/** `vf-creation`, or `traffic: { count: 50 }`. */
export type CheckFile = string | Readonly<Record<string, Readonly<Record<string, number | string>> | null>>;
