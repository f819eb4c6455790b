#include "core/runtime/clock.h"
#include "core/runtime/manual_clock.h"
#include "tests/fuzz/fuzz_target.h"

#include <QByteArray>
#include <QDir>
#include <QFile>
#include <QList>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>

/// A small fuzzer for machines without libFuzzer: takes the corpus, changes it by a seeded generator, and
/// runs the target a fixed number of times. No coverage guides it; it finds the shallow ones in seconds, in
/// every test run.
///
///     fuzz_x CORPUS [RUNS]     SIGNALBOX_SEED=n repeats a run; SIGNALBOX_SOAK makes it a hundred times
///     longer fuzz_x FILE              runs one input, e.g. the one that a crash left behind
namespace {

using signalbox::runtime::SeededRandom;

constexpr qsizetype bytesMax = 4096;

QByteArray current; // what the target is working on; written to a file if it dies
const char *crashFile = "fuzz-crash.bin";

/// Only calls that a signal handler may make. Ends with a code and not by the signal again: the input is what
/// is needed to repeat it, a core is not, and ctest can read a code.
[[noreturn]] void keepInput(int)
{
    const int file = ::open(crashFile, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    const bool isKept = file >= 0
        && ::write(file, current.constData(), static_cast<size_t>(current.size()))
            == static_cast<ssize_t>(current.size());
    constexpr std::string_view kept = "The input is in fuzz-crash.bin.\n";
    constexpr std::string_view lost = "The input could not be written.\n";
    const std::string_view said = isKept ? kept : lost;
    ::_exit(::write(STDERR_FILENO, said.data(), said.size()) < 0 ? 2 : 1);
}

class Mutator {
public:
    Mutator(SeededRandom &random, const QList<QByteArray> &corpus) : m_random(random), m_corpus(corpus) { }

    QByteArray next()
    {
        QByteArray text = any(m_corpus);
        const quint64 changes = below(6); // 0: the corpus itself comes up too
        for (quint64 i = 0; i < changes; ++i) change(text);
        return text.left(bytesMax);
    }

private:
    quint64 below(quint64 limit) { return m_random.bits() % limit; }
    qsizetype placeIn(const QByteArray &text)
    {
        return static_cast<qsizetype>(below(static_cast<quint64>(text.size()) + 1));
    }
    const QByteArray &any(const QList<QByteArray> &list)
    {
        return list.at(static_cast<qsizetype>(below(static_cast<quint64>(list.size()))));
    }
    QByteArray slice()
    {
        const QByteArray &from = any(m_corpus);
        return from.mid(placeIn(from), static_cast<qsizetype>(below(32)));
    }
    void change(QByteArray &text)
    {
        static const QList<QByteArray> tokens{"{",
                                              "}",
                                              "[",
                                              "]",
                                              "\"",
                                              ":",
                                              ",",
                                              "null",
                                              "NaN",
                                              "-0",
                                              "1e999",
                                              "\\ud800",
                                              "\\u0000",
                                              "\\",
                                              "9007199254740993",
                                              "\xED\xA0\x80",
                                              "\xC0\x80",
                                              "\xF4\x90\x80\x80",
                                              "\xEF\xBB\xBF",
                                              "\xE2\x80\xAE",
                                              "\x1b[2J",
                                              "-",
                                              "T",
                                              "Z",
                                              "+23:59",
                                              ":60",
                                              "02-30",
                                              "99",
                                              "0.0000001",
                                              "1970",
                                              "9999",
                                              QByteArray(1, '\0'),
                                              QByteArray(120, '['),
                                              "\"handler\":\"h\""};
        const qsizetype at = placeIn(text);
        switch (below(6)) {
        case 0:
            text.insert(at, any(tokens));
            return;
        case 1:
            text.insert(at, slice());
            return;
        case 2:
            text.remove(at, static_cast<qsizetype>(1 + below(16)));
            return;
        case 3:
            text.replace(at, 1, any(tokens));
            return;
        case 4:
            if (at < text.size()) text[at] = static_cast<char>(m_random.bits());
            return;
        default:
            if (at < text.size()) text[at] = static_cast<char>(text.at(at) ^ (1 << below(8)));
            return;
        }
    }
    SeededRandom &m_random;
    const QList<QByteArray> &m_corpus;
};

std::optional<QByteArray> read(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) return {};
    return file.readAll();
}

void run(const QByteArray &input)
{
    current = input;
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t *>(current.constData()),
                           static_cast<std::size_t>(current.size()));
}

int usage(const char *what)
{
    std::fprintf(stderr, "%s\nUsage: fuzz_x CORPUS_FOLDER [RUNS] | fuzz_x FILE\n", what);
    return 2;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc < 2) return usage("Name a corpus.");
    for (const int signal : {SIGABRT, SIGSEGV, SIGFPE, SIGILL, SIGBUS}) std::signal(signal, keepInput);

    const QDir folder(QFile::decodeName(argv[1]));
    if (!folder.exists()) {
        const std::optional<QByteArray> input = read(QFile::decodeName(argv[1]));
        if (!input) return usage("It cannot be read.");
        run(*input);
        return 0;
    }
    QList<QByteArray> corpus;
    for (const QString &name : folder.entryList(QDir::Files, QDir::Name)) {
        const std::optional<QByteArray> input = read(folder.filePath(name));
        if (!input) return usage("A file of the corpus cannot be read.");
        corpus.append(*input);
    }
    if (corpus.isEmpty()) return usage("The corpus is empty.");

    qlonglong runs = argc > 2 ? QByteArray(argv[2]).toLongLong() : 20'000;
    if (qEnvironmentVariableIsSet("SIGNALBOX_SOAK")) runs *= 100;
    bool isSeedSet = false;
    quint64 seed = qEnvironmentVariable("SIGNALBOX_SEED").toULongLong(&isSeedSet);
    if (!isSeedSet) seed = signalbox::runtime::systemSeams().random->bits();
    std::printf("SIGNALBOX_SEED=%llu  %lld runs over %lld files\n", static_cast<unsigned long long>(seed),
                runs, static_cast<long long>(corpus.size()));
    std::fflush(stdout); // before anything can die

    SeededRandom random(seed);
    Mutator mutator(random, corpus);
    for (const QByteArray &input : corpus) run(input);
    for (qlonglong i = 0; i < runs; ++i) run(mutator.next());
    std::printf("Nothing broke.\n");
    return 0;
}
