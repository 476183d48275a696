import Foundation
import PackagePlugin

/// Puts `migrations/*.sql`, the files of `Sources/Web` and those of the folders of `Sources/Templates` into the target as
/// string literals.
@main
struct EmbedFiles: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
        let package = context.package.directoryURL
        let inputs = try ["migrations", "Sources/Web", "Sources/Templates"].flatMap {
            try files(in: package.appending(path: $0))
        }
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

    /// The files of a folder and of those in it.
    private func files(in folder: URL) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { !$0.lastPathComponent.hasPrefix(".") }
            .sorted { $0.path < $1.path }
            .flatMap { $0.hasDirectoryPath ? try files(in: $0) : [$0] }
    }
}
