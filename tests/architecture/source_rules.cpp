#include "tests/architecture/source_rules.h"

namespace signalbox::architecture {

using namespace Qt::StringLiterals;

namespace {

QRegularExpression expression(const char *pattern)
{
    return QRegularExpression(QString::fromLatin1(pattern));
}

constexpr const char *program = "^(core|ui|app)/";
constexpr const char *none = "^$";

/// The end of the type whose name ends at `at`, behind the `>` that closes its `<`; −1 when nothing closes
/// it.
qsizetype templateEnd(const QString &code, qsizetype at)
{
    int depth = 0;
    for (qsizetype i = at; i < code.size(); ++i) {
        if (code.at(i) == u'<')
            ++depth;
        else if (code.at(i) == u'>' && --depth == 0)
            return i + 1;
        else if (code.at(i) == u';' || code.at(i) == u'{')
            return -1;
    }
    return -1;
}

} // namespace

const QList<Ban> &bans() // NOLINT(readability-function-size): a table
{
    using In = Ban::In;
    static const QList<Ban> all{
        {"timers", expression("^core/"), expression("^core/runtime/"), In::Code,
         expression(R"(\b(QTimer|QBasicTimer|QElapsedTimer|QDeadlineTimer|startTimer)\b)"),
         "time comes from runtime::Clock and runtime::Timer", "QTimer::singleShot(0, this, fn);",
         "auto timer = m_seams.timers->makeTimer(fn); // not a QTimer"},
        {"clocks", expression("^core/"), expression("^core/runtime/"), In::Code,
         expression(
             R"(QDateTime::current|QTime::currentTime|_clock::now\(|\bgettimeofday\(|\bclock_gettime\(|\btime\(\s*(nullptr|NULL|0|&))"),
         "time comes from runtime::Clock", "const auto now = std::chrono::steady_clock::now();",
         "writer.time(key, m_seams.clock->wallNow());"},
        {"randomness", expression("^core/"), expression("^core/runtime/"), In::Code,
         expression(R"(\b(random_device|QRandomGenerator|mt19937\w*|s?rand\(|createUuid))"),
         "randomness comes from runtime::Random", "std::random_device device;", "m_seams.random->bits();"},
        {"threads", expression("^core/"), expression("^core/runtime/"), In::Code,
         expression(
             R"(\bstd::(thread|jthread|async)\b|\bQThread(::create\b|\s+\w+\s*[;({=]|\s*\()|(?<!include )<QThread>|QtConcurrent|\bpthread_create\()"),
         "threads come from runtime::EngineThread", "QThread m_thread;",
         "Q_ASSERT(thread() == QThread::currentThread());"},
        {"thread pools", expression("^core/"), expression("^core/worker/"), In::Code,
         expression(R"(\bQThreadPool\b)"), "only the worker pool runs handlers",
         "QThreadPool::globalInstance()->start(fn);", "// a QThreadPool's thread"},
        {"sleeping", expression("^(core|ui|app|tests)/"), expression(none), In::Code,
         expression(
             R"(\b(sleep_for|sleep_until|usleep|nanosleep|msleep|qSleep|qWait)\(|\bQThread::sleep\(|[^\w:.>]sleep\()"),
         "name what is waited for, and wait for that", "std::this_thread::sleep_for(1s);",
         "QTRY_VERIFY(isDone);"},
        {"shells", expression(program), expression(none), In::CodeAndStrings,
         expression(
             R"(/bin/(ba|da)?sh\b|"(ba|da)?sh"(_s|_L1)?,\s*\{|\bsplitCommand\b|\bstartCommand\b|[^\w.>:]system\(|\bpopen\()"),
         "programs are argument lists, never a shell's line", "process.start(\"sh\"_L1, {\"-c\", line});",
         "complete(\"bash\", file); // never /bin/sh"},
        {"MONITOR", expression(program), expression(none), In::CodeAndStrings, expression(R"("MONITOR")"),
         "a slow reader of MONITOR fills the server's memory", "client.command({\"MONITOR\"});",
         "// never MONITOR: see \"MONITOR\" in the faults"},
        {"continuations", expression(program), expression(none), In::Code, expression(R"((\.|->)then\()"),
         "QFuture::then asserts when its context died first: whenDone()", "future.then(this, fn);",
         "result.and_then(fn);"},
        // Not nested: main()'s own loop, the engine's, and that of a handler's thread, which has no other.
        {"nested event loops", expression(program),
         expression("^(app/.*main\\.cpp$|core/runtime/engine_thread|core/worker/handlers/)"), In::Code,
         expression(R"(\bprocessEvents\b|\bQEventLoop\b|(\.|->)exec\(\))"),
         "the world changes under a nested loop: open() and whenDone()", "dialog.exec();", "dialog->open();"},
        {"blocking the window", expression("^ui/"), expression(none), In::Code,
         expression(R"(\bwaitFor\w*\()"), "a frozen window lies about the queue",
         "process.waitForFinished();", "whenDone(future, this, fn);"},
        {"rich text", expression("^(ui|app/console)/"), expression(none), In::Code,
         expression(R"(\bQt::(RichText|AutoText|MarkdownText)\b|\bsetHtml\(|\bsetMarkdown\()"),
         "a job's text must not become markup", "label->setTextFormat(Qt::RichText);",
         "label->setTextFormat(Qt::PlainText);"},
        {"payloads in scripts", expression(R"(^core/.*\.lua$)"), expression(none), In::Lua,
         expression(R"(\b(cjson|cmsgpack)\b)"), "cjson ruins integers beyond 2^53 and turns [] into {}",
         "local job = cjson.decode(text)", "-- never cjson"},
        {"costly commands in scripts", expression(R"(^core/.*\.lua$)"), expression(none), In::Lua,
         expression(R"((?i)call\(\s*['"](KEYS|MONITOR|FLUSHALL|FLUSHDB|SCAN)['"])"),
         "its cost grows with the server", "redis.call('KEYS', '*')", "redis.call('HKEYS', jobs)"},
        {"unfinished", expression("^(core|ui|app|tests)/"), expression("^tests/architecture/"),
         In::CodeAndStrings, expression(R"(\b(Q_UNIMPLEMENTED|abort\(\); *// *stub))"),
         "what is not finished is not merged", "Q_UNIMPLEMENTED();", "Q_UNREACHABLE();"},
    };
    return all;
}

bool holdsFor(const Ban &ban, const QString &path)
{
    const bool isLua = path.endsWith(".lua"_L1);
    return isLua == (ban.in == Ban::In::Lua) && ban.where.match(path).hasMatch()
        && !ban.exceptIn.match(path).hasMatch();
}

QList<Finding> brokenBans(const SourceFile &file, const Ban &ban)
{
    const QString code = ban.in == Ban::In::Lua
        ? luaCodeOf(file.text)
        : codeOf(file.text, ban.in == Ban::In::Code ? Strings::Blank : Strings::Keep);
    QList<Finding> findings;
    auto matches = ban.pattern.globalMatch(code);
    while (matches.hasNext()) {
        const QRegularExpressionMatch match = matches.next();
        findings.append({file.path, lineOf(code, match.capturedStart()),
                         u"%1: %2"_s.arg(match.captured().trimmed(), QString::fromLatin1(ban.why))});
    }
    return findings;
}

QList<Finding> forgettableResults(const SourceFile &header)
{
    static const QRegularExpression type(u"\\b(?:QFuture<\\s*)?(?:\\w+::)*Result<"_s);
    static const QRegularExpression function(u"\\G\\s+(\\w+)\\s*\\("_s); // X::f() stands in its class as well
    static const QRegularExpression specifiers(u"(?:\\b(?:static|virtual|inline|constexpr|friend)\\s+)*$"_s);
    static const QRegularExpression isMarked(u"\\[\\[nodiscard\\]\\]\\s*$"_s);
    static const QRegularExpression isStatement(u"\\b(?:return|co_return|new|using|const)\\s+$"_s);
    const QString code = codeOf(header.text, Strings::Blank);
    QList<Finding> findings;
    auto matches = type.globalMatch(code);
    while (matches.hasNext()) {
        const QRegularExpressionMatch match = matches.next();
        const qsizetype end = templateEnd(code, match.capturedStart());
        if (end < 0) continue;
        const QRegularExpressionMatch name = function.match(code, end);
        if (!name.hasMatch()) continue; // a member, a parameter, a template argument
        QString before = code.first(match.capturedStart());
        before.truncate(specifiers.match(before).capturedStart());
        if (isMarked.match(before).hasMatch() || isStatement.match(before).hasMatch()) continue;
        findings.append(
            {header.path, lineOf(code, match.capturedStart()),
             u"%1() returns a Result that can be forgotten: [[nodiscard]]"_s.arg(name.captured(1))});
    }
    return findings;
}

QList<Finding> tooLong(const SourceFile &file, qsizetype linesMax)
{
    const qsizetype lines = file.text.count(u'\n');
    if (lines <= linesMax) return {};
    return {{file.path, lines,
             u"%1 lines; a second duty moved in, split it off (at most %2)"_s.arg(lines).arg(linesMax)}};
}

QStringList neededFrom(const QString &readelf)
{
    static const QRegularExpression needed(u"\\(NEEDED\\)[^\\[]*\\[([^\\]]+)\\]"_s);
    QStringList libraries;
    auto matches = needed.globalMatch(readelf);
    while (matches.hasNext()) libraries.append(matches.next().captured(1));
    return libraries;
}

} // namespace signalbox::architecture
