#include <gtest/gtest.h>
#include <brickwork/brickwork.hpp>

#include "fake_table.h"

namespace brickwork {
namespace {

using fake::script;

class CppShim : public ::testing::Test {
 protected:
  CppShim() { script() = fake::Script(); }
  ~CppShim() override {
    EXPECT_EQ(script().clients_open, 0) << "a client was left open";
    EXPECT_EQ(script().buffers_alive, 0) << "a buffer was not given back";
    EXPECT_EQ(script().errors_alive, 0) << "an error was not freed";
  }
  static Library library() { return Library::from_table(&fake::table()).value(); }
  static Client client() { return Client::open(library()).value(); }
};

TEST_F(CppShim, SaysWhatIsMissingWhenThereIsNoLibrary) {
  const Result<Library> loaded = Library::load("/nowhere/libbrickwork.so.1");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().status(), BW_UNAVAILABLE);
  EXPECT_NE(loaded.error().message().find("/nowhere/libbrickwork.so.1"), std::string::npos);
}

TEST_F(CppShim, RefusesALibraryThatIsNotBrickwork) {
  const Result<Library> loaded = Library::load("libc.so.6");
  ASSERT_FALSE(loaded);
  EXPECT_NE(loaded.error().message().find("bw_plugin_api"), std::string::npos);
}

TEST_F(CppShim, RefusesATableThatEndsBeforeTheSlotsItUses) {
  bw_api shorter = fake::table();
  shorter.struct_size = offsetof(bw_api, log_take);
  const Result<Library> loaded = Library::from_table(&shorter);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().status(), BW_UNIMPLEMENTED);
}

TEST_F(CppShim, AcceptsALongerTableOfALaterMinor) {
  bw_api later = fake::table();
  later.struct_size += 64;
  later.abi_minor = 9;
  EXPECT_TRUE(Library::from_table(&later));
}

TEST_F(CppShim, HandsTheRequestOverAndTheAnswerBack) {
  script().answer = R"({"run_id":7})";
  EXPECT_EQ(client().call(BW_RUN_GET, R"({"run_id":7})", 5000).value(), R"({"run_id":7})");
  EXPECT_EQ(script().verb, BW_RUN_GET);
  EXPECT_EQ(script().timeout_ms, 5000);
  EXPECT_EQ(script().body, R"({"run_id":7})");
}

TEST_F(CppShim, KeepsAnErrorAfterLibraryAndClientAreGone) {
  script().take_status = BW_NOT_FOUND;
  script().error_json = R"({"error_code":"RESOURCE_DOES_NOT_EXIST"})";
  const Result<std::string> answer = client().call(BW_RUN_GET, "{}");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().status(), BW_NOT_FOUND);
  EXPECT_EQ(answer.error().message(), "no such run");
  EXPECT_EQ(answer.error().json(), R"({"error_code":"RESOURCE_DOES_NOT_EXIST"})");
}

TEST_F(CppShim, ReportsAClientThatDoesNotOpen) {
  script().open_status = BW_INVALID_ARGUMENT;
  EXPECT_EQ(Client::open(library()).error().status(), BW_INVALID_ARGUMENT);
}

TEST_F(CppShim, ThrowsTheErrorWhenAFailedResultIsAskedForItsValue) {
  script().take_status = BW_NOT_FOUND;
  try {
    (void)client().call(BW_RUN_GET, "{}").value();
    FAIL() << "nothing was thrown";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.error().status(), BW_NOT_FOUND);
  }
}

TEST_F(CppShim, DropsAnOperationThatNobodyTook) {
  { const Operation forgotten = client().start(BW_RUN_WATCH, "{}").value(); }
  EXPECT_EQ(script().operations_dropped, 1);
}

TEST_F(CppShim, DropsNothingAfterTheOutcomeWasTaken) {
  {
    Operation operation = client().start(BW_RUN_WATCH, "{}").value();
    EXPECT_TRUE(operation.take());
    EXPECT_EQ(operation.id(), 0u);
  }
  EXPECT_EQ(script().operations_dropped, 0);
}

TEST_F(CppShim, KeepsAnOperationThatIsNotFinished) {
  Operation operation = client().start(BW_RUN_WATCH, "{}").value();
  script().take_status = BW_PENDING;
  EXPECT_EQ(operation.take().error().status(), BW_PENDING);
  EXPECT_NE(operation.id(), 0u);
}

TEST_F(CppShim, KeepsAnOperationWhoseOutcomeHadNoMemory) {
  Operation operation = client().start(BW_RUN_WATCH, "{}").value();
  script().take_status = BW_RESOURCE_EXHAUSTED;
  script().error_json = R"({"error_code":"OPERATION_OUT_OF_MEMORY"})";
  Operation over = client().start(BW_RUN_WATCH, "{}").value();
  EXPECT_EQ(over.take().error().status(), BW_RESOURCE_EXHAUSTED);
  EXPECT_EQ(over.id(), 0u);

  script().error_json = R"({"error_code":"OUT_OF_MEMORY"})";
  EXPECT_EQ(operation.take().error().status(), BW_RESOURCE_EXHAUSTED);
  EXPECT_NE(operation.id(), 0u);
}

TEST_F(CppShim, KeepsTheClientOpenWhileAnOperationLives) {
  {
    const Operation operation = client().start(BW_RUN_WATCH, "{}").value();
    EXPECT_EQ(script().clients_open, 1);
  }
  EXPECT_EQ(script().clients_open, 0);
}

TEST_F(CppShim, MovesAnOperationWithoutDroppingItTwice) {
  {
    Operation first = client().start(BW_RUN_WATCH, "{}").value();
    Operation second = std::move(first);
    first = std::move(second);
  }
  EXPECT_EQ(script().operations_dropped, 1);
}

TEST_F(CppShim, DrainsUntilNothingWaits) {
  script().events.assign(150, bw_event{3, 4, BW_EV_PROGRESS, BW_OK, 5});
  const Client open = client();
  EXPECT_TRUE(open.wait(0).value());
  EXPECT_EQ(open.drain().value().size(), 150u);
  EXPECT_FALSE(open.wait(0).value());
}

TEST_F(CppShim, TellsNoProgressFromSome) {
  const Operation operation = client().start(BW_RUN_WATCH, "{}").value();
  script().answer.clear();
  EXPECT_EQ(operation.peek().value(), std::nullopt);
  script().answer = "{\"verdict\":\"running\"}";
  EXPECT_EQ(operation.peek().value(), "{\"verdict\":\"running\"}");
}

}  // namespace
}  // namespace brickwork
