/// Where the product's processes run: in their control group, on their core.
struct Confinement: Sendable {
    let cgroup: (any Cgroup)?
    /// Nil when there is no second core for the load to come from.
    let core: Int?

    /// The command, started so that it is confined from its first instruction on.
    func confining(_ command: [String]) -> [String] {
        let joins = (cgroup?.joinFiles ?? []).map { "echo $$ > \($0) && " }.joined()
        return ["/bin/sh", "-c", joins + "exec \"$@\"", "sh"] + onCore(command)
    }

    /// The command on the product's core, but in no group.
    func onCore(_ command: [String]) -> [String] {
        guard let core else { return command }
        return ["/usr/bin/taskset", "-c", "\(core)"] + command
    }
}
