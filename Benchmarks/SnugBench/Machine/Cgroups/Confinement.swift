/// The control group and the core of the product's processes.
struct Confinement: Sendable {
    let cgroup: (any Cgroup)?
    /// Nil if there is no second core for the load generator.
    let core: Int?

    /// The command, confined from its first instruction on.
    func confining(_ command: [String]) -> [String] {
        let joins = (cgroup?.joinFiles ?? []).map { "echo $$ > \($0) && " }.joined()
        return ["/bin/sh", "-c", joins + "exec \"$@\"", "sh"] + onCore(command)
    }

    /// The command on the product's core, but outside of the group.
    func onCore(_ command: [String]) -> [String] {
        guard let core else { return command }
        return ["/usr/bin/taskset", "-c", "\(core)"] + command
    }
}
