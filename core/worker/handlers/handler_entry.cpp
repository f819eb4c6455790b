#include "core/worker/handlers/handler_entry.h"

#include "core/model/json_fields.h"
#include "core/model/json_scanner.h"
#include "core/worker/handlers/builtin/builtin_handlers.h"
#include "core/worker/handlers/http_handler.h"
#include "core/worker/handlers/persistent_process_handler.h"
#include "core/worker/handlers/plugin_loader.h"
#include "core/worker/handlers/process_handler.h"
#include "core/worker/words.h"

#include <QDir>

#include <algorithm>
#include <array>

namespace signalbox::worker {

using namespace Qt::StringLiterals;

namespace {

using HandlerResult = Result<std::shared_ptr<Handler>>;

QList<JsonMember> toMembers(const QList<EntryText> &entries)
{
    QList<JsonMember> members;
    for (const EntryText &entry : entries) members.append({entry.name, entry.value, entry.keyLine});
    return members;
}

/// The fields of one handler, and how its texts are read.
class EntryFields {
public:
    EntryFields(const QList<JsonMember> &members, const EntryContext &context)
        : json(members), m_context(context)
    {
    }
    JsonFields json;

    QString path(QLatin1StringView key, const QString &fallback = {})
    {
        return expanded(json.text(key, fallback));
    }
    QStringList paths(QLatin1StringView key, const QStringList &fallback)
    {
        if (!json.has(key)) return fallback;
        QStringList texts = json.textList(key);
        for (QString &text : texts) text = expanded(text);
        return texts;
    }
    QMap<QString, QString> map(QLatin1StringView key)
    {
        QMap<QString, QString> texts = json.textMap(key);
        for (QString &text : texts) text = expanded(text);
        return texts;
    }
    [[nodiscard]] const EntryContext &context() const { return m_context; }

    /// A misspelt key would be a setting that silently does not hold.
    [[nodiscard]] Result<> result()
    {
        for (const JsonMember &member : json.unknown())
            json.refuse(QLatin1StringView(member.key.toLatin1()),
                        Words::tr("There is no such field for this kind."),
                        Words::tr("Correct its spelling; docs/handlers.md lists the fields."));
        return json.result();
    }

private:
    [[nodiscard]] QString expanded(QString text) const
    {
        return text.replace(u"${folder}"_s, m_context.folder);
    }
    const EntryContext &m_context;
};

ProcessSpec readProcess(EntryFields &fields)
{
    ProcessSpec spec;
    spec.program = fields.path("program"_L1);
    spec.arguments = fields.paths("arguments"_L1, {});
    spec.workingFolder = fields.path("working_folder"_L1, fields.context().folder);
    if (fields.json.has("environment"_L1)) spec.environmentPassed = fields.json.textList("environment"_L1);
    spec.environmentSet = fields.map("set_environment"_L1);
    spec.memoryBytesMax = fields.json.integer("memory_mb"_L1, 0, 0, 1 << 24) * 1024 * 1024;
    spec.cpuMax = std::chrono::seconds{fields.json.integer("cpu_s"_L1, 0, 0, 1 << 30)};
    spec.killGrace = fields.json.seconds("kill_grace_s"_L1, spec.killGrace);
    return spec;
}

HandlerResult makeProcess(EntryFields &fields)
{
    const ProcessSpec spec = readProcess(fields);
    return fields.result().and_then([&] { return ProcessHandler::create(spec); });
}

HandlerResult makePersistent(EntryFields &fields)
{
    const ProcessSpec spec = readProcess(fields);
    const auto children = static_cast<int>(fields.json.integer("children"_L1, 0, 0, 1000));
    return fields.result().and_then([&] { return PersistentProcessHandler::create(spec, children); });
}

HandlerResult makeHttp(EntryFields &fields)
{
    HttpSpec spec;
    spec.url = QUrl(fields.json.requiredText("url"_L1), QUrl::StrictMode);
    spec.headers = fields.json.textMap("headers"_L1);
    // Secrets need not stand in the file: "Authorization": "BILLING_TOKEN" takes the value of that variable.
    const QMap<QString, QString> fromEnvironment = fields.json.textMap("headers_from_environment"_L1);
    for (auto it = fromEnvironment.begin(); it != fromEnvironment.end(); ++it) {
        const QByteArray variable = it.value().toLocal8Bit();
        if (!qEnvironmentVariableIsSet(variable.constData()))
            fields.json.refuse("headers_from_environment"_L1, Words::tr("%1 is not set.").arg(it.value()),
                               Words::tr("Set this variable where the workers are started."));
        spec.headers.insert(it.key(), qEnvironmentVariable(variable.constData()));
    }
    spec.replyBytesMax = fields.json.integer("reply_bytes_max"_L1, spec.replyBytesMax);
    spec.silenceMax = fields.json.seconds("silence_s"_L1, spec.silenceMax);
    return fields.result().and_then([&] { return HttpHandler::create(spec); });
}

HandlerResult makePlugin(EntryFields &fields)
{
    PluginSpec spec;
    spec.file = fields.json.requiredText("file"_L1);
    spec.handler = fields.json.requiredText("handler"_L1);
    spec.options = fields.json.json("options"_L1, JsonText::emptyObject(), JsonText::Root::Object);
    const PluginLoader loader(fields.context().pluginFolders);
    return fields.result().and_then([&] { return loader.load(spec); });
}

HandlerResult makeBuiltinEntry(EntryFields &fields, const QString &name)
{
    const QString use = fields.json.text("use"_L1, name);
    BuiltinOptions options;
    options.readFolders = fields.paths("read_folders"_L1, options.readFolders);
    options.writeFolders = fields.paths("write_folders"_L1, options.writeFolders);
    options.allowPrivateAddresses = fields.json.boolean("allow_private_addresses"_L1, false);
    const auto checkFolders = [&fields](QLatin1StringView key, const QStringList &folders) {
        for (const QString &folder : folders)
            if (!QDir::isAbsolutePath(folder))
                fields.json.refuse(key, Words::tr("\"%1\" is no absolute path.").arg(folder),
                                   Words::tr("Give absolute paths; ${folder} is the folder of this file."));
    };
    checkFolders("read_folders"_L1, options.readFolders);
    checkFolders("write_folders"_L1, options.writeFolders);
    return fields.result().and_then([&] { return makeBuiltin(use, options); });
}

HandlerResult makeOfKind(EntryFields &fields, const QString &name)
{
    const QString kind = fields.json.requiredText("kind"_L1);
    if (const Result<> read = fields.json.result(); !read) return tl::unexpected(read.error());
    if (kind == u"process") return makeProcess(fields);
    if (kind == u"persistent_process") return makePersistent(fields);
    if (kind == u"http") return makeHttp(fields);
    if (kind == u"plugin") return makePlugin(fields);
    if (kind == u"builtin") return makeBuiltinEntry(fields, name);
    fields.json.refuse("kind"_L1, Words::tr("There is no kind \"%1\".").arg(kind.left(80)),
                       Words::tr("Give process, persistent_process, http, plugin or builtin."));
    return tl::unexpected(fields.json.result().error());
}

/// A handler names the field that it refuses, and knows no lines.
Error withLine(Error error, const EntryText &entry, const QList<JsonMember> &members)
{
    int line = entry.keyLine;
    for (const JsonMember &member : members)
        if (error.what == failField(member.key, {}, {}).value().what) line = member.line;
    const QString prefix = Words::tr("Line %1: ").arg(line);
    const bool hasLine = error.why.startsWith(Words::tr("Line %1").arg(QString()));
    if (!hasLine) error.why.prepend(prefix);
    return error;
}

} // namespace

Result<QList<EntryText>> entryTexts(const QByteArray &object, int firstLine, const JsonLimits &limits)
{
    JsonScanner scanner(object, limits);
    if (!scanner.scan())
        return fail(Error::Kind::Invalid, Words::tr("It is no valid JSON."), scanner.why(),
                    Words::tr("Mend it there."));
    if (jsonKind(scanner.at(scanner.document())) != JsonKind::Object)
        return fail(Error::Kind::Invalid, Words::tr("It is no JSON object."),
                    Words::tr("Line %1.").arg(firstLine), Words::tr("Begin with { and end with }."));
    QList<EntryText> entries;
    int line = firstLine;
    auto counted = object.cbegin();
    const auto lineOf = [&](qsizetype position) { // positions only grow
        const auto at = object.cbegin() + position;
        line += static_cast<int>(std::count(counted, at, '\n'));
        counted = at;
        return line;
    };
    for (const JsonScanner::Part &part : scanner.parts()) {
        EntryText entry;
        entry.name = jsonUnquoted(scanner.at(part.key));
        entry.value = scanner.at(part.value).toByteArray();
        entry.keyLine = lineOf(part.key.begin);
        entry.valueLine = lineOf(part.value.begin);
        entries.append(std::move(entry));
    }
    return entries;
}

FileHead readHead(const QList<EntryText> &members)
{
    FileHead head;
    JsonFields fields(toMembers(members));
    (void)fields.find("$schema"_L1); // for editors
    (void)fields.integer("version"_L1, 1, 1, 1);
    head.pluginFolders = fields.textList("plugin_folders"_L1);
    for (const QString &folder : std::as_const(head.pluginFolders))
        if (!QDir::isAbsolutePath(folder))
            fields.refuse("plugin_folders"_L1, Words::tr("\"%1\" is no absolute path.").arg(folder),
                          Words::tr("Plugins are code: say exactly where they are."));
    const auto handlers = std::find_if(members.begin(), members.end(),
                                       [](const EntryText &entry) { return entry.name == u"handlers"; });
    if (!fields.find("handlers"_L1) || jsonKind(handlers->value) != JsonKind::Object) {
        fields.refuse("handlers"_L1, Words::tr("It is no object."),
                      Words::tr("Give {\"name\": {\"kind\": …}, …}."));
    } else {
        head.handlers
            = entryTexts(handlers->value, handlers->valueLine, {}).value(); // a part of checked JSON
    }
    for (const JsonMember &member : fields.unknown())
        fields.refuse(QLatin1StringView(member.key.toLatin1()), Words::tr("There is no such field."),
                      Words::tr("Correct its spelling; docs/handlers.md lists the fields."));
    if (const Result<> read = fields.result(); !read) head.error = read.error();
    return head;
}

Result<std::shared_ptr<Handler>> makeHandler(const EntryText &entry, const EntryContext &context)
{
    if (jsonKind(entry.value) != JsonKind::Object)
        return fail(Error::Kind::Invalid, Words::tr("It is no object."),
                    Words::tr("Line %1.").arg(entry.keyLine), Words::tr("Give {\"kind\": …, …}."));
    const QList<JsonMember> members = toMembers(entryTexts(entry.value, entry.valueLine, {}).value());
    EntryFields fields(members, context);
    HandlerResult handler = makeOfKind(fields, entry.name);
    if (!handler) return tl::unexpected(withLine(handler.error(), entry, members));
    return handler;
}

} // namespace signalbox::worker
