import Foundation
import PackagePlugin

/// Puts `migrations/*.sql`, the files of `Sources/Web` and those of each folder of `Sources/Templates` into the target as
/// string literals.
@main
struct EmbedFiles: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
        let package = context.package.directoryURL
        let templates = try contents(of: package.appending(path: "Sources/Templates"))
        let folders = [package.appending(path: "migrations"), package.appending(path: "Sources/Web")] + templates
        let inputs = try folders.flatMap { try contents(of: $0) }
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedFiles.swift")
        return [
            .buildCommand(
                displayName: "Embedding migrations, web files and templates",
                executable: try context.tool(named: "EmbedFilesTool").url,
                arguments: [output.path] + inputs.map(\.path),
                inputFiles: inputs,
                outputFiles: [output])
        ]
    }

    private func contents(of folder: URL) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { !$0.lastPathComponent.hasPrefix(".") }
            .sorted { $0.path < $1.path }
    }
}
