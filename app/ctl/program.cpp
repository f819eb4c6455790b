#include "app/ctl/program.h"

#include "app/compose/settings_source.h"
#include "app/ctl/words.h"
#include "core/runtime/answer.h"

#include <QCoreApplication>
#include <QFile>

#include <cstring>

namespace signalbox::ctl {

using namespace Qt::StringLiterals;

namespace {

/// --redis @FILE: the URL from a file's first line; @- from stdin.
Result<QString> readUrl(const QString &given)
{
    if (!given.startsWith(u'@')) return given;
    const QString path = given.mid(1);
    QFile file(path);
    const bool isOpen = path == u"-" ? file.open(stdin, QIODevice::ReadOnly) : file.open(QIODevice::ReadOnly);
    if (!isOpen)
        return fail(Error::Kind::NotFound, Words::tr("The file %1 of --redis cannot be read.").arg(path),
                    file.errorString(), Words::tr("It holds one line: the URL."));
    return QString::fromUtf8(file.readLine(64 * 1024)).trimmed();
}

} // namespace

Program::Program(Command &command, const GlobalOptions &global)
    : m_command(command), m_global(global), m_out(global.json)
{
}

Program::~Program() = default;

void Program::start()
{
    const Result<> resolved = resolveSettings();
    if (!resolved) return fail(resolved.error());
    const Result<> checked = m_command.check(*this);
    if (!checked) return fail(checked.error());
    if (m_command.needs().service) return open();
    m_isRunning = true;
    m_command.run(*this);
}

Result<> Program::resolveSettings()
{
    service::Settings::Values values = m_command.settings(m_global);
    for (const QString &one : std::as_const(m_global.set)) {
        const qsizetype equals = one.indexOf(u'=');
        if (equals < 1)
            return signalbox::fail(Error::Kind::Invalid, Words::tr("--set %1 cannot be used.").arg(one),
                                   Words::tr("It is not NAME=VALUE."),
                                   Words::tr("Write it like --set workers.count=4."));
        values.insert(one.left(equals), one.mid(equals + 1));
    }
    if (!m_global.redis.isEmpty()) {
        const Result<QString> url = readUrl(m_global.redis);
        if (!url) return tl::unexpected(url.error());
        values.insert(u"queue.redis_url"_s, *url);
    }
    compose::SettingsSource source;
    source.file = m_global.settingsFile;
    const Result<service::Settings> settings = compose::loadSettings(values, source);
    if (!settings) return tl::unexpected(settings.error());
    m_settings = *settings;
    return {};
}

void Program::open()
{
    const Command::Needs needs = m_command.needs();
    m_composition = std::make_unique<compose::Composition>(
        compose::CompositionOptions{m_settings, needs.events, needs.handlers});
    connect(m_composition.get(), &compose::Composition::problem, this,
            [this](const Error &error) { m_out.error(error); });
    runtime::whenDone(m_composition->open(), this, [this](const Result<> &opened) {
        if (m_code) return; // interrupted meanwhile
        if (!opened) return fail(opened.error());
        if (!m_composition->notice().isEmpty()) m_out.note(m_composition->notice());
        m_isRunning = true;
        m_command.run(*this);
    });
}

void Program::interrupt()
{
    ++m_interrupts;
    if (m_isRunning && !m_code) return m_command.interrupt(*this, m_interrupts);
    if (m_code) return quit(); // closing takes too long for whoever asked again
    finish(ExitCode::Interrupted);
}

void Program::finish(ExitCode code)
{
    if (m_code) return;
    m_code = code;
    m_out.progress({});
    if (!m_composition) return quit();
    runtime::whenDone(m_composition->close(), this, [this](const Result<> &closed) {
        if (!closed) {
            m_out.error(closed.error());
            if (m_code == ExitCode::Done) m_code = exitCodeOf(closed.error().kind);
        }
        quit();
    });
}

void Program::quit()
{
    m_out.flush();
    QCoreApplication::exit(static_cast<int>(*m_code));
}

void hideSecrets(int argc, char **argv)
{
    for (int i = 1; i < argc; ++i) {
        char *scheme = std::strstr(argv[i], "://");
        char *at = std::strrchr(argv[i], '@');
        if (scheme && at && at > scheme) {
            char *colon = std::strchr(scheme + 3, ':');
            if (colon && colon < at) std::memset(colon + 1, '*', static_cast<size_t>(at - colon - 1));
        }
        if (char *password = std::strstr(argv[i], "password="))
            for (char *c = password + 9; *c != '\0' && *c != '&'; ++c) *c = '*';
    }
}

} // namespace signalbox::ctl
