#include "core/worker/handlers/builtin/builtin_handlers.h"

#include "core/worker/handlers/builtin/builtin_jobs.h"
#include "core/worker/words.h"

#include <QDir>
#include <QStandardPaths>

#include <algorithm>
#include <array>

namespace signalbox::worker {

using namespace Qt::StringLiterals;

namespace {

struct Builtin {
    QLatin1StringView name;
    BuiltinResult (*run)(BuiltinCall &);
};

constexpr std::array builtins{
    Builtin{"backup.create"_L1, backupCreate},        Builtin{"backup.prune"_L1, backupPrune},
    Builtin{"backup.restore"_L1, backupRestore},      Builtin{"backup.validate"_L1, backupValidate},
    Builtin{"sample.compress_file"_L1, compressFile}, Builtin{"sample.fail"_L1, failOnPurpose},
    Builtin{"sample.fetch_url"_L1, fetchUrl},         Builtin{"sample.hash_tree"_L1, hashTree},
};

class BuiltinHandler : public Handler {
public:
    BuiltinHandler(Builtin builtin, BuiltinOptions options)
        : m_builtin(builtin), m_options(std::move(options))
    {
    }
    [[nodiscard]] QString description() const override { return u"built in"_s; }
    [[nodiscard]] RunResult run(const JobDefinition &job, RunContext &context) override;

private:
    const Builtin m_builtin;
    const BuiltinOptions m_options;
};

RunResult BuiltinHandler::run(const JobDefinition &job, RunContext &context)
{
    JsonFields fields(job.kwargs.bytes());
    BuiltinCall call{fields, context, m_options};
    const BuiltinResult result = m_builtin.run(call);
    if (result) return RunResult::completed(*result);
    const Error &error = result.error();
    const bool mayHelp = error.kind == Error::Kind::Unavailable || error.kind == Error::Kind::Internal
        || error.kind == Error::Kind::ConnectionLost;
    return mayHelp ? RunResult::failed(error.text()) : RunResult::failedPermanently(error.text());
}

} // namespace

QStringList BuiltinOptions::defaultWriteFolders()
{
    return {QDir::tempPath(),
            QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) + u"/signalbox/files"_s};
}

QStringList builtinNames()
{
    QStringList names;
    for (const Builtin &builtin : builtins) names.append(builtin.name);
    return names;
}

Result<std::shared_ptr<Handler>> makeBuiltin(const QString &name, const BuiltinOptions &options)
{
    const auto *const found = std::find_if(builtins.begin(), builtins.end(),
                                           [&name](const Builtin &builtin) { return builtin.name == name; });
    if (found == builtins.end())
        return fail(Error::Kind::NotFound, Words::tr("There is no built-in handler \"%1\".").arg(name),
                    Words::tr("There are: %1.").arg(builtinNames().join(u", "_s)),
                    Words::tr("Name one of these."));
    return std::make_shared<BuiltinHandler>(*found, options);
}

Result<> registerBuiltins(HandlerRegistry &registry, const BuiltinOptions &options)
{
    for (const Builtin &builtin : builtins) {
        if (registry.find(builtin.name)) continue; // handlers.json gave this name to something else
        const Result<> added = registry.add(builtin.name, std::make_shared<BuiltinHandler>(builtin, options));
        if (!added) return added;
    }
    return {};
}

BuiltinResult failOnPurpose(BuiltinCall &call)
{
    const QString message = call.fields.text("message"_L1, Words::tr("This job fails on purpose."));
    const bool isPermanent = call.fields.boolean("permanent"_L1, false);
    const qint64 succeedsFrom = call.fields.integer("succeed_on_attempt"_L1, 0, 0);
    if (const Result<> read = call.fields.result(); !read) return tl::unexpected(read.error());
    if (succeedsFrom > 0 && call.context.attempt() >= succeedsFrom)
        return JsonText::trusted("{\"attempt\":" + QByteArray::number(call.context.attempt()) + '}');
    call.context.log(Words::tr("Attempt %1 is about to fail.").arg(call.context.attempt()));
    return fail(
        isPermanent ? Error::Kind::Invalid : Error::Kind::Unavailable,
        u"FailedOnPurpose: %1\n  at sample.fail, attempt %2"_s.arg(message).arg(call.context.attempt()),
        QString(), QString());
}

tl::unexpected<Error> stoppedEarly()
{
    return fail(Error::Kind::Unavailable, Words::tr("It stopped before its end, as it was told to."),
                QString(), QString());
}

} // namespace signalbox::worker
