/** Stands for the package wsl-utils: lab is a Linux program, within WSL too. */
export const isWsl = false;
