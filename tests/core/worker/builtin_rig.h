#pragma once

#include "core/worker/handlers/builtin/builtin_handlers.h"
#include "tests/core/worker/test_context.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>

#include <unistd.h>

#include <memory>

namespace signalbox::test {

inline void write(const QString &path, const QByteArray &content)
{
    QDir().mkpath(QFileInfo(path).absolutePath());
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("A file could not be written.");
}

inline QByteArray read(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("(no file)");
}

/// What the system's own tools say. Only tests use a shell.
inline QByteArray shell(const QString &command, const QStringList &arguments = {})
{
    QProcess process;
    process.start(QStringLiteral("/bin/sh"),
                  QStringList{QStringLiteral("-euc"), command, QStringLiteral("sh")} + arguments);
    if (!process.waitForFinished() || process.exitCode() != 0)
        qFatal("%s", process.readAllStandardError().constData());
    return process.readAllStandardOutput();
}

inline QByteArray kwargs(const QJsonObject &values)
{
    return QJsonDocument(values).toJson(QJsonDocument::Compact);
}

inline QJsonObject objectOf(const worker::RunResult &result)
{
    return QJsonDocument::fromJson(result.result.bytes()).object();
}

/// What a test class of built-in handlers inherits: a folder that they may read and write, and a tree in it
/// with all that names and links can be.
class BuiltinRig {
public:
    void emptyFolder() ///< before each case
    {
        m_folder = std::make_unique<QTemporaryDir>();
        if (!m_folder->isValid()) qFatal("No temporary folder could be made.");
    }
    worker::RunResult run(const QString &name, const QJsonObject &values)
    {
        TestContext context;
        return run(name, values, context);
    }
    worker::RunResult run(const QString &name, const QJsonObject &values, TestContext &context)
    {
        const auto handler
            = worker::makeBuiltin(name, {.readFolders = {folder()}, .writeFolders = {folder()}});
        if (!handler) qFatal("%s", qPrintable(handler.error().text()));
        return (*handler)->run(jobFor(name, kwargs(values)), context);
    }
    [[nodiscard]] QString folder() const { return m_folder->path(); }
    [[nodiscard]] QString at(const QString &path) const { return m_folder->filePath(path); }
    void makeTree()
    {
        using namespace Qt::StringLiterals;
        write(at(u"tree/b.txt"_s), "second\n");
        write(at(u"tree/a.txt"_s), "first\n");
        write(at(u"tree/a/x"_s), "below\n");
        write(at(u"tree/a-b/x"_s), QByteArray(300'000, '\0'));
        write(at(u"tree/empty"_s), "");
        write(at(u"tree/.hidden/file"_s), "hidden\n");
        write(at(u"tree/with space"_s), "space\n");
        write(at(u"tree/ünïcode"_s), "unicode\n");
        write(at(u"tree/back\\slash"_s), "backslash\n");
        write(at(u"tree/new\nline"_s), "newline\n");
        write(at(u"tree/-rf"_s), "option\n");
        QDir().mkpath(at(u"tree/no files here/at all"_s));
        if (::symlink("a.txt", QFile::encodeName(at(u"tree/link"_s)).constData()) != 0)
            qFatal("A link could not be made.");
    }

private:
    std::unique_ptr<QTemporaryDir> m_folder;
};

} // namespace signalbox::test
